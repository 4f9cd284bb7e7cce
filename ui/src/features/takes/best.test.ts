import { describe, expect, it } from "vitest";
import { judgeOf, ROW } from "./best.svelte";

describe("who judges", () => {
  it("is one model, the project's row, or nobody but the checks", () => {
    expect(judgeOf("large")).toEqual({ judge: "large" });
    expect(judgeOf(ROW)).toEqual({ judge: null, by_chain: true });
    expect(judgeOf(null)).toEqual({ judge: null });
    expect(judgeOf("")).toEqual({ judge: null });
  });
});
