import { describe, expect, it } from "vitest";
import { fuzzy, initialOf } from "./fuzzy";

const best = (query: string, texts: string[]) =>
  texts
    .map((text) => ({ text, found: fuzzy(query, text) }))
    .filter(({ found }) => found)
    .sort((a, b) => (b.found?.score ?? 0) - (a.found?.score ?? 0))
    .map(({ text }) => text);

describe("the fuzzy search", () => {
  it("prefers beginnings and runs", () => {
    expect(best("fs", ["Offices", "Full screen", "Find in scene"])[0]).toBe("Full screen");
    expect(best("screen", ["Scene reel ending", "Full screen"])[0]).toBe("Full screen");
    expect(best("set", ["Reset all keys", "Settings"])[0]).toBe("Settings");
    expect(fuzzy("xyz", "Full screen")).toBeNull();
    expect(fuzzy("", "Full screen")).toEqual({ score: 0, at: [] });
  });

  it("says which characters it met", () => {
    expect(fuzzy("fsc", "Full screen")?.at).toEqual([0, 5, 6]);
    expect(fuzzy("全屏", "切换全屏")?.at).toEqual([2, 3]);
  });

  it("meets the initials of Chinese", () => {
    expect("安八才大二发高好机看来美你哦怕七人是天我想有在".split("").map(initialOf).join("")).toBe(
      "abcdefghjklmnopqrstwxyz",
    );
    expect(fuzzy("qp", "全屏")?.at).toEqual([0, 1]);
    expect(best("czth", ["查找和替换", "关闭"])).toEqual(["查找和替换"].slice(0, 1));
    expect(best("ckhth", ["查找和替换"])).toEqual([]);
  });
});
