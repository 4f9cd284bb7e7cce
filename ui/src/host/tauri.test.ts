import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { StudioEvent } from "../wire/bindings";
import type { Drag, Host } from "./types";

const MODELS: StudioEvent = { event: "changed", kinds: ["models"] };
const TAKES: StudioEvent = { event: "changed", kinds: ["takes"] };
let questions: {
  after: number | null;
  rest: number | null;
  answer: (told: unknown) => void;
  fail: () => void;
}[];
let others: string[];
let host: Host;

const invoke = (command: string, input: { after: number | null; rest: number | null }) => {
  if (command !== "events") {
    others.push(command);
    return Promise.resolve();
  }
  return new Promise((answer, fail) => {
    questions.push({ ...input, answer, fail: () => fail("no") });
  });
};

/** The next question that the page asks. */
const asked = (count: number) =>
  vi.waitFor(() => {
    expect(questions).toHaveLength(count);
    return questions[count - 1] as (typeof questions)[number];
  });

beforeEach(async () => {
  questions = [];
  others = [];
  Object.assign(window, {
    __TAURI_INTERNALS__: { invoke, metadata: { currentWindow: { label: "main" } } },
  });
  vi.resetModules();
  host = (await import("./tauri")).tauri;
});

afterEach(() => {
  Reflect.deleteProperty(window, "__TAURI_INTERNALS__");
  vi.restoreAllMocks();
});

it("asks nothing while the page comes up with answers that lie ready", async () => {
  window.__INKSTONE_EARLY__ = { answers: new Map([["all", {}]]) };
  await host.onEvent(() => undefined);
  await Promise.resolve();
  expect(questions).toEqual([]);
  await asked(1);
  delete window.__INKSTONE_EARLY__;
});

it("asks for what comes behind what it has heard", async () => {
  const heard: StudioEvent[] = [];
  const stop = await host.onEvent((event) => heard.push(event));
  await host.onEvent(() => undefined);
  (await asked(1)).answer({ last: 7, events: [MODELS, TAKES] });
  const second = await asked(2);
  expect(heard).toEqual([MODELS, TAKES]);
  expect(questions.map(({ after }) => after)).toEqual([null, 7]);
  stop();
  second.answer({ last: 8, events: [MODELS] });
  expect((await asked(3)).after).toBe(8);
  expect(heard).toHaveLength(2);
});

it("asks again where there was no answer, and loses nothing by a fault of who listens", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  const report = vi.fn();
  vi.stubGlobal("reportError", report);
  const heard: StudioEvent[] = [];
  await host.onEvent(() => {
    throw new Error("a fault");
  });
  await host.onEvent((event) => heard.push(event));
  (await asked(1)).fail();
  (await asked(2)).answer({ last: 0, events: [] });
  const third = await asked(3);
  expect(third.after).toBeNull();
  third.answer({ last: 2, events: [MODELS, TAKES] });
  await asked(4);
  expect(report).toHaveBeenCalledTimes(2);
  expect(heard).toEqual([MODELS, TAKES]);
  vi.unstubAllGlobals();
});

it("lets the window go once all is saved, and when it cannot be", async () => {
  let done = () => {};
  await host.onClose(() => new Promise((resolve) => (done = resolve)));
  (await asked(1)).answer({ last: 1, events: [{ event: "close_requested" }] });
  await asked(2);
  expect(others).toEqual([]);
  done();
  await vi.waitFor(() => expect(others).toEqual(["plugin:window|destroy"]));

  await host.onClose(() => Promise.reject(new Error("full disk")));
  (await asked(2)).answer({ last: 2, events: [{ event: "close_requested" }] });
  await vi.waitFor(() => expect(others).toHaveLength(2));
});

it("tells of files and links that are dragged over the page", async () => {
  const drags: Drag[] = [];
  await host.onDrag((drag) => drags.push(drag));
  vi.stubGlobal("devicePixelRatio", 2);
  (await asked(1)).answer({
    last: 3,
    events: [
      { event: "drag_over", paths: ["/a.md"] },
      { event: "drag_left" },
      { event: "dropped", paths: ["/a.md"], x: 80, y: 20 },
      { event: "links_over", links: ["https://example.org/a%20b"] },
      { event: "dropped", paths: [], x: 80, y: 20 },
      { event: "links_over", links: ["https://example.org"] },
      { event: "drag_left" },
      { event: "dropped", paths: ["/b.md"], x: 0, y: 0 },
    ],
  });
  await asked(2);
  expect(drags).toEqual([
    { what: "over", paths: ["/a.md"] },
    { what: "left" },
    { what: "dropped", paths: ["/a.md"], links: [], x: 40, y: 10 },
    { what: "dropped", paths: [], links: ["https://example.org/a%20b"], x: 40, y: 10 },
    { what: "left" },
    { what: "dropped", paths: ["/b.md"], links: [], x: 0, y: 0 },
  ]);
  vi.unstubAllGlobals();
});

it("asks for nothing that is not urgent while somebody types, until nobody does", async () => {
  const heard: StudioEvent[] = [];
  await host.onEvent((event) => heard.push(event));
  host.whileTyping(() => 1500);
  const first = await asked(1);
  expect(first.rest).toBe(0);
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "a" }));
  first.answer({ last: 1, events: [MODELS] });
  expect((await asked(2)).rest).toBe(1500);
  const third = await asked(3);
  expect([third.after, third.rest]).toEqual([1, 0]);
  third.answer({ last: 2, events: [TAKES] });
  await asked(4);
  expect(heard).toEqual([MODELS, TAKES]);
});

it("asks for nothing while it is hushed", async () => {
  const heard: StudioEvent[] = [];
  await host.onEvent((event) => heard.push(event));
  const first = await asked(1);
  const hushing = host.hush();
  const second = await asked(2);
  expect(second.rest).toBeNull();
  second.answer({ last: 0, events: [] });
  first.answer({ last: 0, events: [] });
  const listenAgain = await hushing;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(questions).toHaveLength(2);
  listenAgain();
  expect((await asked(3)).rest).toBe(0);
});
