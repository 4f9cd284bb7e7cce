import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fail } from "../../host/stub/given";
import { attempt, notices } from "./notices.svelte";

beforeEach(() => {
  vi.useFakeTimers();
  notices.list = [];
});
afterEach(() => vi.useRealTimers());

describe("notices", () => {
  it("show the same fault once, and few at a time", () => {
    for (const code of ["a", "b", "a", "c", "d"]) notices.report(fail(code));
    const codes = notices.list.map((n) => (n.kind === "error" ? n.error.code : ""));
    expect(codes).toEqual(["a", "c", "d"]);
  });

  it("make an error of whatever was thrown", async () => {
    expect(await attempt(() => Promise.reject(new Error("odd")))).toBe(false);
    expect(notices.list[0]).toMatchObject({ error: { code: "internal", detail: "odd" } });
    expect(await attempt(async () => undefined)).toBe(true);
  });

  it("go by themselves, unless they offer a way back", () => {
    notices.note("notices.not_saved_leave");
    notices.note("library.deleted", { name: "A" }, () => undefined);
    vi.advanceTimersByTime(60_000);
    expect(notices.list.map((n) => n.kind === "note" && n.key)).toEqual(["library.deleted"]);
  });

  it("say the same sentence anew", () => {
    notices.say("Saved.");
    const first = notices.said;
    notices.say("Saved.");
    expect(notices.said).not.toBe(first);
    expect(notices.said.trim()).toBe("Saved.");
  });
});
