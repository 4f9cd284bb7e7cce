import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fail } from "../../host/stub/given";
import { t } from "../../locales/index.svelte";
import { commands } from "../../views/commands";
import { attempt, notices } from "./notices.svelte";

beforeEach(() => {
  vi.useFakeTimers();
  notices.list = [];
  notices.gone = [];
  notices.hold(false);
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

  it("go by themselves; a way back stays longer, and in the palette", () => {
    const back = vi.fn();
    notices.note("notices.not_saved_leave");
    notices.note("library.deleted", { name: "A" }, back);
    vi.advanceTimersByTime(59_000);
    expect(notices.list.map((n) => n.kind === "note" && n.key)).toEqual(["library.deleted"]);
    vi.advanceTimersByTime(1_000);
    expect(notices.list).toEqual([]);
    const kept = commands().find(({ id }) => id.startsWith("back-"));
    expect(kept?.label).toContain(t("library.deleted", { name: "A" }));
    kept?.run();
    expect(back).toHaveBeenCalledOnce();
    expect(notices.gone).toEqual([]);
  });

  it("stay while somebody is at them, and have their whole time again", () => {
    notices.note("library.deleted", { name: "A" }, () => undefined);
    vi.advanceTimersByTime(50_000);
    notices.hold(true);
    vi.advanceTimersByTime(600_000);
    expect(notices.list).toHaveLength(1);
    notices.hold(false);
    vi.advanceTimersByTime(59_000);
    expect(notices.list).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    expect(notices.list).toEqual([]);
  });

  it("offer no way back that leads nowhere", () => {
    notices.note("library.deleted", { name: "A" }, () => undefined);
    vi.advanceTimersByTime(60_000);
    notices.note("library.deleted", { name: "B" }, () => undefined);
    expect(notices.gone).toEqual([]);
    notices.outdate("library.deleted");
    expect(notices.list).toEqual([]);
  });

  it("say the same sentence anew", () => {
    notices.say("Saved.");
    const first = notices.said;
    notices.say("Saved.");
    expect(notices.said).not.toBe(first);
    expect(notices.said.trim()).toBe("Saved.");
  });
});
