import { describe, expect, it, vi } from "vitest";
import { noFacts } from "../../host/stub/given";
import type { TakeDto, TakeStatus } from "../../wire/bindings";
import { mergeTake, newestFirst } from "../../wire/takes";
import { closedAfterEach, opened } from "../writing/opened";
import { writing } from "../writing/writing.svelte";
import { messagesOf, pretty } from "./record";
import { takes } from "./takes.svelte";

closedAfterEach();

const take = (change: Partial<TakeDto>): TakeDto => ({
  id: "t",
  batch_id: "b",
  variant: 0,
  draft_id: "d",
  task: "draft",
  status: "writing",
  decision: "pending",
  title: null,
  text: "",
  from: 0,
  to: 0,
  model_name: "Model",
  host: null,
  seed: 1,
  template: "news/draft.en",
  tokens: 0,
  tokens_per_second: null,
  waiting: null,
  finish_reason: null,
  error: null,
  created_at: 0,
  facts: noFacts("model"),
  ...change,
});

describe("two states of one take", () => {
  it("the one with more text is the newer", () => {
    const more = take({ tokens: 3, text: "one two three" });
    expect(mergeTake(take({ tokens: 1, text: "one" }), more)).toEqual(more);
    expect(mergeTake(more, take({ tokens: 1, text: "one" }))).toEqual(more);
  });

  it.each<TakeStatus>(["done", "stopped", "failed", "incomplete", "interrupted"])(
    "%s is not undone by a late event",
    (status) => {
      const over = take({ status, tokens: 2 });
      expect(mergeTake(over, take({ status: "writing", tokens: 3 })).status).toBe(status);
    },
  );

  it("a decision is not undone by a late event", () => {
    const accepted = take({ status: "done", decision: "accepted" });
    expect(mergeTake(accepted, take({ status: "done" })).decision).toBe("accepted");
  });

  it("an answer that comes after its first event changes nothing", () => {
    const event = take({ tokens: 2, text: "one two" });
    expect(mergeTake(event, take({ status: "waiting" }))).toEqual(event);
  });
});

it("takes are listed newest first, siblings in their order", () => {
  const list = [
    take({ id: "a2", batch_id: "a", variant: 1, created_at: 11 }),
    take({ id: "b1", batch_id: "b", created_at: 20 }),
    take({ id: "a1", batch_id: "a", variant: 0, created_at: 10 }),
  ];
  expect(newestFirst(list).map(({ id }) => id)).toEqual(["b1", "a1", "a2"]);
});

describe("what is written for a text that is not shown", () => {
  const tell = (change: Partial<TakeDto>) =>
    takes.onEvent({ event: "take", take: take({ id: "away", draft_id: "elsewhere", ...change }) });

  it("is told of now and then, and its beginning and end at once", () => {
    vi.useFakeTimers();
    try {
      tell({ status: "waiting" });
      expect(takes.writing).toHaveLength(1);
      tell({ tokens: 1, tokens_per_second: 10 });
      expect(takes.speed).toBe(10);
      for (const tokens of [2, 3, 4]) tell({ tokens, tokens_per_second: 10 + tokens });
      expect(takes.speed).toBe(12);
      vi.advanceTimersByTime(600);
      expect(takes.speed).toBe(14);
      tell({ tokens: 5, tokens_per_second: 15 });
      // Late news of what was known already changes nothing.
      tell({ tokens: 4, tokens_per_second: 14 });
      vi.advanceTimersByTime(600);
      expect(takes.speed).toBe(15);
      tell({ tokens: 6, tokens_per_second: 16 });
      tell({ status: "done", tokens: 7 });
      expect(takes.writing).toEqual([]);
      vi.advanceTimersByTime(600);
      expect(takes.writing).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });
});

const over = () => vi.waitFor(() => expect(takes.busyHere).toBe(false), { timeout: 4000 });

describe("the takes of a draft", () => {
  it("stream in, and wait for a decision", async () => {
    opened({ kind: "news", brief: { topic: "Ferry" } });
    expect(await takes.generate({ task: "draft" })).toBe(true);
    expect(takes.busyHere).toBe(true);
    await over();
    expect(takes.list).toHaveLength(1);
    expect(takes.list[0]).toMatchObject({ status: "done", decision: "pending" });
    expect(takes.inPlace).toHaveLength(1);
    expect(takes.writing).toHaveLength(0);
  });

  it("stop, and keep what was written", async () => {
    const { studio } = opened({ kind: "news", brief: { topic: "Ferry" } });
    studio.pace = 15;
    await takes.generate({ task: "draft" });
    await vi.waitFor(() => expect(takes.list[0]?.tokens).toBeGreaterThan(2), { timeout: 4000 });
    expect(await takes.stopAll()).toBe(true);
    await over();
    expect(takes.list[0]?.status).toBe("stopped");
    expect(takes.list[0]?.text).not.toBe("");
    expect(takes.inPlace).toHaveLength(1);
  });

  it("can be thrown away, and stay in the list", async () => {
    opened({ kind: "news", brief: { topic: "Ferry" } });
    await takes.generate({ task: "draft" });
    await over();
    const [first] = takes.list;
    if (first) await takes.discard(first);
    expect(takes.inPlace).toHaveLength(0);
    expect(takes.list[0]?.decision).toBe("discarded");
  });

  it("turn in their batch", async () => {
    opened({ kind: "ads", brief: { product: "Bread", variants: 3 } });
    await takes.generate({ task: "draft" });
    await over();
    const batch = takes.inPlace[0]?.id ?? "";
    expect(takes.current(batch)?.variant).toBe(0);
    takes.step(batch, 1);
    expect(takes.current(batch)?.variant).toBe(1);
    takes.step(batch, -1);
    takes.step(batch, -1);
    expect(takes.current(batch)?.variant).toBe(2);
  });

  it("are not asked for twice at once", async () => {
    const { studio } = opened({ kind: "news", brief: { topic: "Ferry" } });
    studio.latency = 5;
    const both = await Promise.all([
      takes.generate({ task: "draft" }),
      takes.generate({ task: "draft" }),
    ]);
    expect(both).toEqual([true, false]);
    expect(studio.called.filter((name) => name === "generate")).toHaveLength(1);
    await over();
  });

  it("of another draft do not show here", async () => {
    const { studio, draft } = opened({ kind: "news", brief: { topic: "Ferry" } });
    studio.pace = 15;
    await takes.generate({ task: "draft" });
    const other = studio.addDraft(draft.document_id, "other", "");
    await writing.open(other.id);
    expect(takes.list).toHaveLength(0);
    expect(takes.writing).toHaveLength(1);
    await takes.stopAll();
    await vi.waitFor(() => expect(takes.writing).toHaveLength(0), { timeout: 4000 });
    await writing.open(draft.id);
    expect(takes.list[0]?.status).toBe("stopped");
  });

  it("say once that they began and once that they ended", async () => {
    const said: string[] = [];
    const { notices } = await import("../notices/notices.svelte");
    const say = vi.spyOn(notices, "say").mockImplementation((sentence) => {
      said.push(sentence);
    });
    opened({ kind: "news", brief: { topic: "Ferry" } });
    await takes.generate({ task: "draft" });
    await over();
    expect(said).toEqual(["Writing.", "Inkstone Starter has finished."]);
    say.mockRestore();
  });
});

describe("the prompt in a request", () => {
  const messages = [
    { role: "system", content: "You are an editor." },
    { role: "user", content: "Write." },
  ];

  it.each([
    [{ messages }],
    [{ prompt: { messages } }],
    [{ prompt: { Chat: messages } }],
    [{ prompt: messages }],
    [{ messages: messages.map(({ role, content }) => ({ role, content: [{ text: content }] })) }],
  ])("is found in %j", (request) => {
    expect(messagesOf(JSON.stringify(request))).toEqual(messages);
  });

  it("of a raw completion is its text", () => {
    expect(messagesOf('{"prompt":"Once"}')).toEqual([{ role: "user", content: "Once" }]);
    expect(messagesOf('{"prompt":{"Raw":"Once"}}')).toEqual([{ role: "user", content: "Once" }]);
  });

  it.each(["", "null", "3", "not json", '{"messages":[null,3,{"role":1}]}', '{"prompt":null}'])(
    "is missing in %j without harm",
    (request) => {
      expect(messagesOf(request)).toEqual([]);
      expect(typeof pretty(request)).toBe("string");
    },
  );
});
