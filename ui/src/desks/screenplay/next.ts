import { classify } from "../../editor/fountain";
import { desk } from "../../features/desk/desk.svelte";
import { writing } from "../../features/writing/writing.svelte";
import type { Task } from "../../wire/bindings";

/** Beats first, then an outline, then scene by scene. */
export function nextStep(): Task {
  if (writing.empty) return { task: "beats" };
  const lines = (writing.editor?.text() ?? "").split("\n");
  const scenes = classify(lines, { atStart: true }).includes("heading");
  return scenes ? { task: "scene", number: desk.scene } : { task: "outline" };
}
