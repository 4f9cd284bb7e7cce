import { describe, expect, it } from "vitest";
import type { AssistantTurnDto, ConversationDto } from "../../wire/bindings";
import { pieces, way } from "./assistant.svelte";

describe("an answer", () => {
  it("falls into talk and blocks, also while it grows", () => {
    expect(pieces("Try:\n```\nRain fell.\n\nIt stopped.\n```\nBetter.")).toEqual([
      { block: false, text: "Try:" },
      { block: true, text: "Rain fell.\n\nIt stopped." },
      { block: false, text: "Better." },
    ]);
    expect(pieces("```md\n雨停了。")).toEqual([{ block: true, text: "雨停了。" }]);
    expect(pieces("")).toEqual([]);
  });
});

describe("a conversation", () => {
  it("is a way through a tree", () => {
    const turn = (id: string, parent_id: string | null) => ({ id, parent_id }) as AssistantTurnDto;
    const turns = [turn("a", null), turn("b", "a"), turn("c", "a"), turn("d", "b")];
    const of = { turns } as ConversationDto;
    const ids = (to: string | null) => way(of, to).map(({ id }) => id);
    expect(ids("d")).toEqual(["a", "b", "d"]);
    expect(ids("c")).toEqual(["a", "c"]);
    expect(ids(null)).toEqual([]);
    const round = { turns: [turn("x", "y"), turn("y", "x")] } as ConversationDto;
    expect(way(round, "x").length).toBeLessThan(5);
  });
});
