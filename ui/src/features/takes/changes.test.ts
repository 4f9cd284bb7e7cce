import { render } from "@testing-library/svelte";
import { tick } from "svelte";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { firstWord } from "../../editor/ahead";
import { call } from "../../host";
import { everything } from "../../parts/later.svelte";
import { press } from "../../views/actions";
import { ahead } from "../ahead/ahead.svelte";
import { preferences, USUAL } from "../settings/preferences.svelte";
import { all, at, closedAfterEach, maybe, opened } from "../writing/opened";
import Page from "../writing/Page.svelte";
import { writing } from "../writing/writing.svelte";
import { changes } from "./changes.svelte";
import { takes } from "./takes.svelte";

closedAfterEach();
beforeAll(everything);
// The whole page is rendered anew for each; a busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });
const soon = <T>(check: () => T) => vi.waitFor(check, { timeout: 6000 });

const text = () => writing.editor?.text() ?? "";
const key = (name: string, shiftKey = false) =>
  press(new KeyboardEvent("keydown", { key: name, altKey: true, shiftKey }));
const settled = () => soon(() => expect(takes.busyHere).toBe(false));

/** A text with a rewrite of its first line, whose words the test gives. */
async function rewritten(body: string, suggested: string) {
  const given = opened({ kind: "news", body, brief: { topic: "Ferry" } });
  render(Page);
  const end = body.indexOf("\n") < 0 ? body.length : body.indexOf("\n");
  writing.editor?.view.dispatch({ selection: { anchor: 0, head: end } });
  await takes.generate({ task: "rewrite" });
  await settled();
  const [take] = takes.list;
  if (!take) throw new Error("no take");
  takes.edited[take.id] = suggested;
  writing.editor?.view.dispatch({ selection: { anchor: body.length } });
  await changes.look(take);
  // The card looks by itself too; the last look is the one that counts.
  await soon(() => expect(changes.of(take)?.wanted).toBe(suggested));
  await tick();
  return { ...given, take };
}

describe("a suggestion change by change", () => {
  it("is taken and refused by keys, and the caret stays where it is", async () => {
    const body = "He ran home. She slept late.\nEnd";
    const { draft, take } = await rewritten(body, "He walked home. She slept well.");
    expect(all("change")).toHaveLength(2);
    expect(at("change").getAttribute("aria-label")).toContain("\u201cran\u201d");
    key("Enter");
    await soon(() => expect(text()).toContain("He walked home. She slept late."));
    expect(writing.editor?.selection().to).toBe("He walked home. She slept late.\nEnd".length);
    expect(draft.body).toBe(text());
    expect(takes.batch(take.batch_id)).toBeDefined();
    await soon(() => expect(all("change")).toHaveLength(1));
    key("Delete");
    await soon(() => expect(maybe("change")).toBeNull());
    expect(draft.body).toBe("He walked home. She slept late.\nEnd");
    await soon(() =>
      expect(takes.list.find(({ id }) => id === take.id)?.decision).toBe("accepted"),
    );
  });

  it("goes by sentence, and what is refused whole is discarded", async () => {
    const body = "He ran far home. She slept late.";
    const { draft, take } = await rewritten(body, "She walked near home. She slept well.");
    const number = all("change").length;
    expect(number).toBeGreaterThan(2);
    key("Enter", true);
    await soon(() => expect(draft.body).toBe("She walked near home. She slept late."));
    await soon(() => expect(all("change")).toHaveLength(1));
    const decision = () => takes.list.find(({ id }) => id === take.id)?.decision;
    expect(decision()).toBe("pending");
    // What was taken stays, whatever becomes of the rest.
    await changes.discard(take);
    expect([draft.body, decision()]).toEqual(["She walked near home. She slept late.", "accepted"]);
  });

  it("that is refused whole leaves the text and is discarded", async () => {
    const { draft, take } = await rewritten("He ran.", "He walked.");
    key("Delete");
    await soon(() =>
      expect(takes.list.find(({ id }) => id === take.id)?.decision).toBe("discarded"),
    );
    expect(draft.body).toBe("He ran.");
  });

  it("keeps what comes in at its edges in its place", async () => {
    const { draft, take } = await rewritten("home. Late.", "Back home. Late. At last.");
    expect(all("change")).toHaveLength(2);
    key("Enter");
    await soon(() => expect(draft.body).toBe("Back home. Late."));
    const place = writing.editor?.anchor(take.batch_id);
    expect(place && draft.body.slice(place.from, place.to)).toBe("Back home. Late.");
    key("Enter");
    await soon(() => expect(draft.body).toBe("Back home. Late. At last."));
  });
});

describe("trying again", () => {
  it("sends the wish beside the first one", async () => {
    const { take } = await rewritten("One.", "Two.");
    const asked = vi.spyOn(writing, "refer");
    await takes.retry(take, "shorter");
    expect(asked).toHaveBeenCalled();
    await settled();
    expect(takes.inPlace).toHaveLength(1);
    expect(takes.inPlace[0]?.takes[0]?.id).not.toBe(take.id);
  });
});

describe("words ahead of the caret", () => {
  function begun(body: string, language: "en" | "zh-CN" = "en") {
    const given = opened({ kind: "news", body, language });
    render(Page);
    writing.editor?.focus();
    writing.editor?.view.dispatch({ selection: { anchor: body.length } });
    return given;
  }
  const grey = () => document.querySelector(".ink-ahead")?.textContent ?? null;
  const inEditor = (name: string, ctrlKey = false) =>
    writing.editor?.view.contentDOM.dispatchEvent(
      new KeyboardEvent("keydown", { key: name, ctrlKey, bubbles: true, cancelable: true }),
    );

  it("are no text until Tab takes them", async () => {
    const { draft } = begun("He waited");
    await ahead.ask(true);
    expect(grey()).toBe(" and the tide went out.");
    expect(text()).toBe("He waited");
    inEditor("Tab");
    await soon(() => expect(draft.body).toBe("He waited and the tide went out."));
    expect(grey()).toBeNull();
    expect(writing.editor?.selection().to).toBe(draft.body.length);
  });

  it("are taken word by word", async () => {
    const { draft } = begun("He waited");
    await ahead.ask(true);
    inEditor("ArrowRight", true);
    await soon(() => expect(draft.body).toBe("He waited and"));
    await soon(() => expect(grey()).toBe(" the tide went out."));
    inEditor("ArrowRight", true);
    await soon(() => expect(draft.body).toBe("He waited and the"));
  });

  it("go with Escape and with the next key", async () => {
    begun("He waited");
    await ahead.ask(true);
    inEditor("Escape");
    expect(grey()).toBeNull();
    await ahead.ask(true);
    expect(grey()).not.toBeNull();
    writing.editor?.view.dispatch({
      changes: { from: 9, insert: "," },
      selection: { anchor: 10 },
      userEvent: "input.type",
    });
    expect(grey()).toBeNull();
    expect(text()).toBe("He waited,");
  });

  it("come by themselves only where that is chosen", async () => {
    begun("He waited");
    const asked = vi.fn();
    const ask = vi.spyOn(ahead, "ask").mockImplementation(async (aloud) => asked(aloud));
    vi.useFakeTimers();
    const type = () =>
      writing.editor?.view.dispatch({ changes: { from: 0, insert: "x" }, userEvent: "input.type" });
    type();
    vi.advanceTimersByTime(5000);
    expect(asked).not.toHaveBeenCalled();
    preferences.now = { ...USUAL, look_ahead: true };
    type();
    vi.advanceTimersByTime(500);
    type();
    vi.advanceTimersByTime(500);
    expect(asked).not.toHaveBeenCalled();
    vi.advanceTimersByTime(500);
    expect(asked).toHaveBeenCalledWith(false);
    vi.useRealTimers();
    ask.mockRestore();
    preferences.now = USUAL;
  });

  it("are cut by the words of their language", () => {
    expect(firstWord(" and the tide", "en")).toBe(" and");
    expect(firstWord("out, then", "en")).toBe("out,");
    expect(firstWord("\u6f6e\u6c34\u9000\u4e86\u3002", "zh-CN")).toBe("\u6f6e\u6c34");
    expect(firstWord("\n\nShe left", "en")).toBe("\n\nShe");
    expect(firstWord("", "en")).toBe("");
  });

  it("of an older guess cannot be taken", async () => {
    const { draft } = begun("He waited");
    await ahead.ask(true);
    await call("drop_ahead", {});
    inEditor("Tab");
    await soon(() => expect(grey()).toBeNull());
    expect(draft.body).toBe("He waited");
  });
});
