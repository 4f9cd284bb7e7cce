import { fireEvent, render, screen } from "@testing-library/svelte";
import { beforeEach, expect, it, vi } from "vitest";
import { call, useHost } from "../../host";
import { StubStudio, stubHost } from "../../host/stub";
import { start } from "../../views/start.svelte";
import type { MaskRules, ProjectDto } from "../../wire/bindings";
import { library } from "../library/library.svelte";
import MaskingChoice from "./MaskingChoice.svelte";

const NONE: MaskRules = { on: true, leave: [], names: [], keep_names: [] };
let studio: StubStudio;
let project: ProjectDto;

beforeEach(async () => {
  studio = new StubStudio();
  useHost(stubHost(studio));
  project = studio.addProject("A", "en");
  library.projectId = null;
  await start.open();
});

const other = (rules: Partial<MaskRules>) =>
  call("set_masking", { project_id: project.id, rules: { ...NONE, ...rules } });
const fields = () => screen.queryAllByTestId(/^masking-names-\d+$/) as HTMLTextAreaElement[];
const names = () => fields().map(({ value }) => value);
const on = (testid: string) => (screen.queryByTestId(testid) as HTMLInputElement | null)?.checked;

it("shows what another window chose", async () => {
  render(MaskingChoice, { project });
  await vi.waitFor(() => expect(on("masking-off")).toBe(true));
  await other({ names: ["Mara"] });
  await vi.waitFor(() => expect(names()).toContain("Mara"));
  expect(on("masking-on")).toBe(true);
});

it("leaves a line alone that is being written", async () => {
  await other({ names: ["Mara"] });
  render(MaskingChoice, { project });
  await vi.waitFor(() => expect(names()).toContain("Mara"));
  const [field] = fields();
  if (!field) throw new Error("no field");
  await fireEvent.input(field, { target: { value: "Mara Lind" } });
  await other({ names: ["Tom"] });
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(names()).toContain("Mara Lind");
  await vi.waitFor(() =>
    expect(studio.called.filter((name) => name === "set_masking")).toHaveLength(3),
  );
  await vi.waitFor(() => expect(names()).toContain("Mara Lind"));
});
