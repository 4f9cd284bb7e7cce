import { describe, expect, it } from "vitest";
import { actionOf, SHORTCUTS } from "./shortcuts";

const press = (key: string, more: KeyboardEventInit & { keyCode?: number } = {}) =>
  actionOf(new KeyboardEvent("keydown", { key, ...more }));

describe("shortcuts", () => {
  it("knows each key once", () => {
    const all = SHORTCUTS.flatMap(({ keys }) => keys);
    expect(new Set(all).size).toBe(all.length);
    const actions = SHORTCUTS.map(({ action }) => action);
    expect(new Set(actions).size).toBe(actions.length);
  });

  it("tells chords apart", () => {
    expect(press("Enter")).toBeNull();
    expect(press("Enter", { ctrlKey: true })).toBe("generate");
    expect(press("Enter", { metaKey: true })).toBe("generate");
    expect(press("Enter", { ctrlKey: true, shiftKey: true })).toBe("accept");
    expect(press("Enter", { ctrlKey: true, altKey: true })).toBeNull();
    expect(press("j", { ctrlKey: true })).toBe("continue");
    expect(press("Escape")).toBe("stop");
    expect(press("F6")).toBe("next_region");
    expect(press("F6", { shiftKey: true })).toBe("previous_region");
    expect(press("f", { ctrlKey: true })).toBeNull();
    expect(press("F", { ctrlKey: true, shiftKey: true })).toBe("search");
  });

  it("finds keys whose sign depends on Shift or on the layout", () => {
    expect(press("\\", { ctrlKey: true, code: "Backslash" })).toBe("toggle_library");
    expect(press("|", { ctrlKey: true, shiftKey: true, code: "Backslash" })).toBe("toggle_desk");
    expect(press("о", { ctrlKey: true, code: "KeyJ" })).toBe("continue");
    // A Latin letter that stands elsewhere is that letter.
    expect(press("h", { ctrlKey: true, code: "KeyJ" })).toBeNull();
    expect(press("&", { ctrlKey: true, code: "Digit1" })).toBe("library");
  });

  it("leaves the keys of an input method alone", () => {
    expect(press("Enter", { ctrlKey: true, isComposing: true })).toBeNull();
    const last = new KeyboardEvent("keydown", { key: "Escape" });
    Object.defineProperty(last, "keyCode", { value: 229 });
    expect(actionOf(last)).toBeNull();
  });
});
