import { describe, expect, it } from "vitest";
import type { DocumentDto } from "../../wire/bindings";
import { entries, STRETCH, stretchOf } from "./shelf";

const documents = (count: number, drafts = 1) =>
  Array.from({ length: count }, (_, at) => ({
    id: `${at}`,
    drafts: Array.from({ length: drafts }, (_, draft) => ({ id: `${at}-${draft}` })),
  })) as unknown as DocumentDto[];

describe("the list of documents", () => {
  it("draws what is shown, in its order, and leaves room for the rest", () => {
    const all = documents(3 * STRETCH + 5, 2);
    const list = entries(all, (stretch) => stretch === 1);
    expect(list[0]).toEqual({
      stretch: 0,
      documents: STRETCH,
      drafts: 2 * STRETCH,
      lists: STRETCH,
    });
    const drawn = list.flatMap((entry) => ("document" in entry ? [entry] : []));
    expect(drawn.map(({ at }) => at)).toEqual(
      Array.from({ length: STRETCH }, (_, at) => STRETCH + at),
    );
    expect(drawn.every(({ document, at }) => document === all[at])).toBe(true);
    expect(list.at(-1)).toEqual({ stretch: 3, documents: 5, drafts: 10, lists: 5 });
    expect(list).toHaveLength(STRETCH + 3);
  });

  it("leaves no room where there is nothing, and none for a single draft", () => {
    expect(entries([], () => false)).toEqual([]);
    expect(entries(documents(1), () => false)).toEqual([
      { stretch: 0, documents: 1, drafts: 0, lists: 0 },
    ]);
    expect(stretchOf(STRETCH - 1)).toBe(0);
    expect(stretchOf(STRETCH)).toBe(1);
  });
});
