import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { endEarly, isEarly, takeEarly } from "./early";
import { tauri } from "./tauri";

const invoke = vi.fn();

/** A window into which the program laid these answers. */
const begun = (answers: [string, unknown][]) => {
  window.__INKSTONE_EARLY__ = { answers: new Map(answers) };
};

beforeEach(() => {
  Object.assign(window, { __TAURI_INTERNALS__: { invoke } });
});

afterEach(() => {
  endEarly();
  Reflect.deleteProperty(window, "__TAURI_INTERNALS__");
  invoke.mockReset();
});

describe("what was answered before it was asked", () => {
  it("is given once, and then asked for", async () => {
    begun([['["open_draft",{"id":"d"}]', { body: "rain" }]]);
    invoke.mockResolvedValue({ body: "sun" });
    expect(isEarly()).toBe(true);
    expect(await tauri.call("open_draft", { id: "other" })).toEqual({ body: "sun" });
    expect(await tauri.call("open_draft", { id: "d" })).toEqual({ body: "rain" });
    expect(isEarly()).toBe(false);
    expect(await tauri.call("open_draft", { id: "d" })).toEqual({ body: "sun" });
  });

  it("is forgotten when the page has come up", () => {
    begun([['["preferences",{}]', { proofread: false }]]);
    endEarly();
    expect(isEarly()).toBe(false);
    expect(takeEarly("preferences", {})).toBeUndefined();
  });

  it("is nothing where nobody laid it ready", () => {
    expect(isEarly()).toBe(false);
    expect(takeEarly("app_state", {})).toBeUndefined();
  });
});
