import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { assetOf, insertPictures, picturesOf } from "./pictures";

const ID = "0a".repeat(32);

describe("the pictures of a line", () => {
  const of = (text: string) => picturesOf(text).map(({ alt, address }) => [alt, address]);

  it("are found with their words and addresses", () => {
    expect(of(`a ![Tide [at] noon](asset:${ID}) ![](<b c.png> "t")`)).toEqual([
      ["Tide [at] noon", `asset:${ID}`],
      ["", "b c.png"],
    ]);
    expect(of("![a \\[b\\]](x.png)")).toEqual([["a [b]", "x.png"]]);
    const [mark] = picturesOf("ab ![潮](<x y>)", 10);
    expect(mark).toMatchObject({ from: 13, altFrom: 15, addressFrom: 19, to: 24 });
  });

  it("are none in code, after a backslash, or without an end", () => {
    for (const text of ["`![a](b)`", "\\![a](b)", "![a](b", "![a] (b)", "[a](b)", "![a](b c)"])
      expect(of(text)).toEqual([]);
  });

  it("are found in bounded time", () => {
    const started = performance.now();
    for (const hostile of ["![".repeat(50_000), `![${"[".repeat(50_000)}`, "![a](".repeat(20_000)])
      of(hostile);
    // No measure of speed: an expression that goes astray takes minutes.
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

it("an address names an asset or leads elsewhere", () => {
  expect(assetOf(`asset:${ID}`)).toBe(ID);
  for (const other of ["asset:0a", `asset:${ID}0`, `ASSET:${ID}`, "https://example.org"])
    expect(assetOf(other)).toBeNull();
});

describe("pictures that are put in", () => {
  const put = (doc: string, from: number, to: number, ...alts: string[]) => {
    const state = EditorState.create({ doc });
    const list = alts.map((alt) => ({ alt, address: "asset:1" }));
    const next = state.update(insertPictures(state, { from, to }, list)).state;
    const { main } = next.selection;
    return [next.doc.toString(), next.sliceDoc(main.from, main.to), main.from];
  };

  it("stand as paragraphs of their own, the words of the last one selected", () => {
    expect(put("", 0, 0, "Tide")).toEqual(["![Tide](asset:1)", "Tide", 2]);
    expect(put("One.", 4, 4, "a", "b")).toEqual([
      "One.\n\n![a](asset:1)\n\n![b](asset:1)",
      "b",
      23,
    ]);
    expect(put("One.", 0, 0, "")).toEqual(["![](asset:1)\n\nOne.", "", 2]);
    expect(put("One.\n\nTwo.", 5, 5, "a")[0]).toBe(
      "One.\n![a](asset:1)\nTwo.".replace("One.\n!", "One.\n\n!").replace(")\nTwo", ")\n\nTwo"),
    );
  });

  it("stand between words where they are dropped there, and replace what is selected", () => {
    expect(put("One two", 4, 4, "a")[0]).toBe("One ![a](asset:1)two");
    expect(put("One two three", 4, 7, "a")[0]).toBe("One ![a](asset:1) three");
    expect(put("x", 0, 1, "a [b] \\ c\n d")).toEqual([
      "![a \\[b\\] \\\\ c d](asset:1)",
      "a \\[b\\] \\\\ c d",
      2,
    ]);
  });
});
