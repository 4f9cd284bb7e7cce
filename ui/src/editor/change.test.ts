import { ChangeSet } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { smallestChange, toEdits } from "./change";

const applied = (text: string, change: ReturnType<typeof smallestChange>) =>
  change ? text.slice(0, change.from) + change.insert + text.slice(change.to) : text;

describe("the smallest change", () => {
  it.each([
    ["", "a"],
    ["a", ""],
    ["one two three", "one 2 three"],
    ["aaa", "aa"],
    ["aa", "aaa"],
    ["abab", "ab"],
    ["渡轮明日复航", "渡轮今日复航"],
    ["a😀b", "a😁b"],
    ["😀", "😀😀"],
    ["x\n\ny", "x\ny"],
  ])("makes %j into %j", (before, after) => {
    expect(applied(before, smallestChange(before, after))).toBe(after);
  });

  it("is nothing for equal texts", () => {
    expect(smallestChange("same", "same")).toBeNull();
  });

  it("touches only what differs", () => {
    expect(smallestChange("one two three", "one 2 three")).toEqual({
      from: 4,
      to: 7,
      insert: "2",
    });
  });

  it("never parts a surrogate pair", () => {
    // The two faces share their first half.
    expect(smallestChange("a😀b", "a😁b")).toEqual({ from: 1, to: 3, insert: "😁" });
    // These two share their second half.
    expect(smallestChange("\u{1f600}", "\u{1fa00}")?.insert.isWellFormed()).toBe(true);
  });
});

describe("edits for the wire", () => {
  it("count in the text before the batch", () => {
    const changes = ChangeSet.of(
      [
        { from: 0, to: 1, insert: "A" },
        { from: 4, insert: "!" },
      ],
      5,
    );
    expect(toEdits(changes)).toEqual([
      { from: 0, to: 1, insert: "A" },
      { from: 4, to: 4, insert: "!" },
    ]);
  });

  it("hold no lone surrogate", () => {
    const changes = ChangeSet.of([{ from: 0, insert: "a\ud83d" }], 0);
    expect(toEdits(changes)[0]?.insert).toBe("a\ufffd");
  });
});
