import { fireEvent, render } from "@testing-library/svelte";
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import Reports from "../../desks/screenplay/Reports.svelte";
import Timeline from "../../desks/screenplay/Timeline.svelte";
import { speak } from "../../locales/index.svelte";
import { sorted } from "../../parts/sheet";
import { notices } from "../notices/notices.svelte";
import { all, at, closedAfterEach, maybe, opened } from "../writing/opened";
import Page from "../writing/Page.svelte";
import { TEXT, views } from "../writing/views.svelte";
import { writing } from "../writing/writing.svelte";
import { REPORTS } from "./rows";
import { tally } from "./tally.svelte";

closedAfterEach();

const SCRIPT = `INT. BOOTH - DAY

Rain on the glass.

MARA
It sticks.

OLLE
It always does, when it rains.

EXT. QUAY - NIGHT

MARA
Go.

INT. BOOTH - DUSK

MARA
Late.
`;

const SCRIPT_ZH = ".内景 售票亭 日\n\n雨。\n\n@玛拉\n别说话。\n";

async function reports(body: string, language: "en" | "zh-CN" = "en") {
  const { studio } = opened({ kind: "screenplay", body, language });
  render(Page);
  await tally.load();
  render(Reports);
  await vi.waitFor(() => expect(maybe("tally-summary") ?? maybe("tally-empty")).not.toBeNull());
  return studio;
}

const firsts = () =>
  all("tally-table-row").map((row) => row.querySelector("th")?.textContent?.trim());

describe("reports", () => {
  it("count a script, sort by a column and go to a scene by the keyboard", async () => {
    await reports(SCRIPT);
    expect(at("tally-summary").textContent).toContain("3 scenes");
    expect(at("tally-summary").textContent).toContain("2 speaking parts");
    expect(all("tally-table-row")).toHaveLength(3);
    await fireEvent.click(at("tally-characters"));
    await tick();
    expect(firsts()).toEqual(["MARA", "OLLE"]);
    const heads = [...document.querySelectorAll("thead button")] as HTMLElement[];
    // Words: OLLE says more in fewer lines.
    await fireEvent.click(heads[2] as HTMLElement);
    expect(heads[2]?.closest("th")?.getAttribute("aria-sort")).toBe("descending");
    expect(firsts()).toEqual(["OLLE", "MARA"]);
    await fireEvent.click(heads[2] as HTMLElement);
    expect(firsts()).toEqual(["MARA", "OLLE"]);
    await fireEvent.click(heads[2] as HTMLElement);
    expect(heads[2]?.closest("th")?.getAttribute("aria-sort")).toBe("none");

    await fireEvent.click(at("tally-scenes"));
    await tick();
    const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
    rows[0]?.focus();
    await fireEvent.keyDown(rows[0] as HTMLElement, { key: "ArrowDown" });
    expect(document.activeElement).toBe(rows[1]);
    views.show("reports");
    await fireEvent.click(rows[1] as HTMLElement);
    await vi.waitFor(() => expect(views.now).toBe(TEXT));
    await vi.waitFor(() => expect(writing.selection.from).toBe(SCRIPT.indexOf("EXT. QUAY")));
  });

  it("say what is missing where there is nothing to count", async () => {
    await reports("Just words.\n");
    expect(at("tally-empty").textContent).toContain("INT.");
  });

  it("are written as a table or on paper", async () => {
    const studio = await reports(SCRIPT);
    const asked = vi.spyOn(studio, "call");
    for (const [entry, input] of [
      ["excel", { format: "csv", mark: true, reports: ["scenes"] }],
      ["csv", { format: "csv", mark: false }],
      ["pdf", { format: "pdf", reports: ["scenes"] }],
      ["all", { format: "pdf", reports: REPORTS }],
    ] as const) {
      await fireEvent.click(at("tally-export"));
      await tick();
      await fireEvent.click(at(`tally-export-${entry}`));
      await vi.waitFor(() =>
        expect(asked).toHaveBeenCalledWith("export_tally", expect.objectContaining(input)),
      );
      await vi.waitFor(() => expect(at("tally-export").hasAttribute("disabled")).toBe(false));
    }
    expect(notices.list.length + notices.said.length).toBeGreaterThan(0);
  });

  it("count a Chinese script in characters under Chinese heads", async () => {
    speak("zh-CN");
    await reports(SCRIPT_ZH, "zh-CN");
    await fireEvent.click(at("tally-characters"));
    await tick();
    const heads = [...document.querySelectorAll("thead th")].map((th) => th.textContent?.trim());
    expect(heads).toEqual(["人物", "台词段数", "字数", "场数", "所在场次"]);
    expect(firsts()).toEqual(["玛拉"]);
  });

  it("keep what is not said at the end, whichever way they are sorted", () => {
    const row = (by: string | number) => ({ cells: [{ text: String(by), by }], target: null });
    const rows = [row("12"), row(""), row("2A"), row("2")];
    const order = (direction: "ascending" | "descending") =>
      sorted(rows, 0, direction, "en").map(({ cells }) => cells[0]?.by);
    expect(order("ascending")).toEqual(["2", "2A", "12", ""]);
    expect(order("descending")).toEqual(["12", "2A", "2", ""]);
  });
});

describe("the timeline", () => {
  async function timeline(body: string) {
    opened({ kind: "screenplay", body });
    render(Page);
    await tally.load();
    render(Timeline);
    await vi.waitFor(() => expect(maybe("timeline-field")).not.toBeNull());
  }
  const lanes = () =>
    [...document.querySelectorAll(".names li")].map((name) => name.textContent?.trim());

  it("shows who is where, says it, and goes to the scene", async () => {
    await timeline(SCRIPT);
    expect(lanes()).toEqual(["MARA", "OLLE", "BOOTH", "QUAY"]);
    expect(document.querySelectorAll(".person .mark")).toHaveLength(4);
    const field = at("timeline-field");
    expect(at("timeline-said").textContent).toContain("INT. BOOTH - DAY");
    expect(at("timeline-said").textContent).toContain("MARA: speaks");
    await fireEvent.keyDown(field, { key: "ArrowRight" });
    await fireEvent.keyDown(field, { key: "ArrowDown" });
    expect(at("timeline-said").textContent).toContain("EXT. QUAY - NIGHT");
    expect(at("timeline-said").textContent).toContain("OLLE: not here");
    await fireEvent.keyDown(field, { key: "End" });
    await fireEvent.keyDown(field, { key: "ArrowRight" });
    expect(at("timeline-said").textContent).toContain("INT. BOOTH - DUSK");
    expect(document.querySelectorAll("details tbody tr")).toHaveLength(3);
    views.show("timeline");
    await fireEvent.keyDown(field, { key: "Enter" });
    await vi.waitFor(() => expect(writing.selection.from).toBe(SCRIPT.lastIndexOf("INT. BOOTH")));
    expect(views.now).toBe(TEXT);
  });

  it("is filtered by name and by kind", async () => {
    await timeline(SCRIPT);
    await fireEvent.input(at("timeline-filter"), { target: { value: "oo" } });
    expect(lanes()).toEqual(["BOOTH"]);
    await fireEvent.input(at("timeline-filter"), { target: { value: "" } });
    await fireEvent.click(at("timeline-people"));
    expect(lanes()).toEqual(["MARA", "OLLE"]);
    await fireEvent.input(at("timeline-filter"), { target: { value: "nobody" } });
    expect(maybe("timeline-none")).not.toBeNull();
  });

  it("has scenes as wide as their pages", async () => {
    await timeline(`${SCRIPT}\nEXT. ROCKS - DAWN\n\n${"Rain and wind. ".repeat(40)}\n`);
    const wide = [...document.querySelectorAll(".place .mark")].map((mark) =>
      Number(mark.getAttribute("width")),
    );
    expect(Math.max(...wide)).toBeGreaterThan(5 * Math.min(...wide));
    const before = Number(at("timeline-lanes").getAttribute("width"));
    await fireEvent.click(at("timeline-larger"));
    expect(Number(at("timeline-lanes").getAttribute("width"))).toBeGreaterThan(before);
  });
});
