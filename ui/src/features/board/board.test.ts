import { fireEvent, render, waitFor } from "@testing-library/svelte";
import { afterEach, expect, test } from "vitest";
import SceneList from "../../desks/screenplay/SceneList.svelte";
import { notices } from "../notices/notices.svelte";
import { all, at, closedAfterEach, maybe, opened } from "../writing/opened";
import Page from "../writing/Page.svelte";
import { TEXT, views } from "../writing/views.svelte";
import { writing } from "../writing/writing.svelte";
import { board } from "./board.svelte";

closedAfterEach();

afterEach(() => {
  board.data = null;
  board.chosen = [];
  board.current = 0;
});

const SCRIPT = `# One

INT. BOOTH - DAY
= She opens.

MARA
It sticks.

EXT. QUAY - NIGHT

Fog.

# Two

INT. HALL - DAY

TOM
No.
`;

async function shown(body = SCRIPT) {
  const given = opened({ kind: "screenplay", body });
  render(Page);
  views.show("board");
  await waitFor(() => at("board-sum"));
  return given;
}

const headings = () => board.cards.map(({ heading }) => heading);
const key = (key: string, more = {}) =>
  fireEvent.keyDown(document.activeElement as Element, { key, ...more });

test("a card is picked up, carried and put down with the keyboard, and taken back", async () => {
  const { draft } = await shown();
  const before = draft.body;
  at("card-0").focus();
  await key(" ");
  expect(notices.said).toContain("Picked up INT. BOOTH - DAY");
  await key("ArrowDown");
  await key("ArrowDown");
  await key("ArrowDown");
  expect(notices.said).toContain("Two, place 1 of 2");
  await key(" ");
  await waitFor(() => expect(headings()[1]).toBe("INT. BOOTH - DAY"));
  await waitFor(() => expect(notices.said).toContain("is now in Two, place 1 of 2"));
  expect(writing.editor?.text()).toBe(draft.body);
  expect(draft.body.indexOf("EXT. QUAY")).toBeLessThan(draft.body.indexOf("INT. BOOTH"));
  await waitFor(() => expect(document.activeElement).toBe(at("card-1")));
  await key("z", { ctrlKey: true });
  await waitFor(() => expect(draft.body).toBe(before));
  await waitFor(() => expect(headings()[0]).toBe("INT. BOOTH - DAY"));
});

test("Escape leaves a carried card where it was, and writes nothing", async () => {
  const { draft, studio } = await shown();
  at("card-0").focus();
  await key(" ");
  await key("ArrowRight");
  await key("Escape");
  expect(board.carried).toBeNull();
  expect(draft.body).toBe(SCRIPT);
  expect(studio.called).not.toContain("change_board");
});

test("several cards that are chosen are done to together", async () => {
  const { draft } = await shown();
  at("card-0").focus();
  await key("ArrowDown", { shiftKey: true });
  expect([...board.chosen].sort()).toEqual([0, 1]);
  expect(at("board-chosen").textContent).toContain("2 chosen");
  await fireEvent.click(at("card-menu-1"));
  await fireEvent.click(at("card-color-blue"));
  await waitFor(() => expect(draft.body.match(/\[\[color: blue\]\]/g)).toHaveLength(2));
  await waitFor(() =>
    expect(board.cards.map(({ color }) => color)).toEqual(["blue", "blue", null]),
  );
});

test("a heading is changed on the card; Escape keeps the old one", async () => {
  const { draft } = await shown();
  at("card-2").focus();
  await key("F2");
  const field = at("card-heading-field") as HTMLInputElement;
  await fireEvent.input(field, { target: { value: "INT. CELLAR - DAY" } });
  await fireEvent.keyDown(field, { key: "Enter" });
  await waitFor(() => expect(draft.body).toContain("INT. CELLAR - DAY"));
  at("card-2").focus();
  await key("F2");
  const again = at("card-heading-field") as HTMLInputElement;
  await fireEvent.input(again, { target: { value: "INT. NOWHERE" } });
  await fireEvent.keyDown(again, { key: "Escape" });
  await waitFor(() => expect(maybe("card-heading-field")).toBeNull());
  expect(draft.body).not.toContain("NOWHERE");
});

test("an omitted scene stays in the text and is brought back", async () => {
  const { draft } = await shown();
  await fireEvent.click(at("card-menu-0"));
  await fireEvent.click(at("card-omit"));
  await waitFor(() => expect(at("card-0").dataset.kind).toBe("omitted"));
  expect(draft.body).toContain("/* omitted\nINT. BOOTH - DAY");
  await fireEvent.click(at("card-menu-0"));
  await fireEvent.click(at("card-bring-back"));
  await waitFor(() => expect(at("card-0").dataset.kind).toBe("scene"));
  expect(draft.body).not.toContain("omitted");
});

test("a beat sheet shows where its beats fall and goes into an empty script", async () => {
  const { draft } = await shown("");
  expect(maybe("board-empty")).not.toBeNull();
  await fireEvent.click(at("board-sheets"));
  await waitFor(() => expect(at("sheet-beats").textContent).toContain("p. 12–15"));
  await fireEvent.click(at("sheet-apply"));
  await waitFor(() => expect(draft.body).toContain("# Act One\n\n= The disturbance"));
  await waitFor(() => expect(board.cards).toHaveLength(2));
});

test("the list of scenes is filtered by who is in them", async () => {
  opened({ kind: "screenplay", body: SCRIPT });
  render(Page);
  views.show(TEXT);
  render(SceneList);
  await waitFor(() => expect(all("scene-list-item")).toHaveLength(3));
  await fireEvent.change(at("scene-list-who"), { target: { value: "TOM" } });
  await waitFor(() => expect(all("scene-list-item")).toHaveLength(1));
  expect(at("scene-list-item").textContent).toContain("INT. HALL - DAY");
  expect(at("scene-list-sum").textContent).toContain("One scene");
});

test("a board that the text has left behind says so and reads it anew", async () => {
  const { studio, draft } = await shown();
  studio.write(draft, draft.body.replace("Fog.", "Rain."));
  await board.change({ what: "omit", cards: [0] });
  expect(draft.body).not.toContain("omitted");
  expect(notices.list.at(-1)).toMatchObject({ kind: "error", error: { code: "conflict" } });
});
