import { later } from "../parts/later.svelte";

/** What the window shows beside its text, each read when it is first shown. */
export const Across = later(async () => (await import("../features/find/Across.svelte")).default);
export const Import = later(
  async () => (await import("../features/importing/Import.svelte")).default,
);
export const SettingsDialog = later(
  async () => (await import("../features/settings/SettingsDialog.svelte")).default,
);
export const Compare = later(
  async () => (await import("../features/compare/Compare.svelte")).default,
);
export const ModelsDialog = later(
  async () => (await import("../features/depot/ModelsDialog.svelte")).default,
);
export const DeskPanel = later(
  async () => (await import("../features/desk/DeskPanel.svelte")).default,
);
export const LibraryPanel = later(
  async () => (await import("../features/library/LibraryPanel.svelte")).default,
);
export const Merge = later(async () => (await import("../features/merge/Merge.svelte")).default);
export const AllowDialog = later(
  async () => (await import("../features/models/AllowDialog.svelte")).default,
);
export const PromptDialog = later(
  async () => (await import("../features/prompt/PromptDialog.svelte")).default,
);
export const BudgetDialog = later(
  async () => (await import("../features/switch/BudgetDialog.svelte")).default,
);
export const MixDialog = later(
  async () => (await import("../features/takes/MixDialog.svelte")).default,
);
export const Failure = later(async () => (await import("./Failure.svelte")).default);
