import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { preferences, USUAL } from "../features/settings/preferences.svelte";
import { useHost } from "../host";
import { StubStudio, stubHost } from "../host/stub";
import { actionOf, chordOf, conflictOf, keysOf, resetKeys, SHORTCUTS, setKeys } from "./shortcuts";

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
    expect(press("f", { ctrlKey: true })).toBe("find");
    expect(press("f", { ctrlKey: true, altKey: true })).toBe("footnote");
    expect(press("p", { ctrlKey: true, shiftKey: true })).toBe("palette");
    expect(press("q", { ctrlKey: true })).toBeNull();
    expect(press("F", { ctrlKey: true, shiftKey: true })).toBe("search");
  });

  it("finds keys whose sign depends on Shift or on the layout", () => {
    expect(press("\\", { ctrlKey: true, code: "Backslash" })).toBe("toggle_library");
    expect(press("|", { ctrlKey: true, shiftKey: true, code: "Backslash" })).toBe("toggle_desk");
    expect(press("о", { ctrlKey: true, code: "KeyJ" })).toBe("continue");
    // A Latin letter that stands elsewhere is that letter.
    expect(press("h", { ctrlKey: true, code: "KeyJ" })).toBe("replace");
    expect(press("&", { ctrlKey: true, code: "Digit1" })).toBe("library");
  });

  it("leaves the keys of an input method alone", () => {
    expect(press("Enter", { ctrlKey: true, isComposing: true })).toBeNull();
    const last = new KeyboardEvent("keydown", { key: "Escape" });
    Object.defineProperty(last, "keyCode", { value: 229 });
    expect(actionOf(last)).toBeNull();
  });
});

describe("keys that a person chose", () => {
  beforeEach(() => {
    useHost(stubHost(new StubStudio()));
    preferences.now = USUAL;
  });
  afterEach(() => {
    preferences.now = USUAL;
  });

  it("are kept in the library, and are the ones that count", async () => {
    await setKeys([["search", ["Ctrl+Alt+K"]]]);
    expect(press("k", { ctrlKey: true })).toBeNull();
    expect(press("k", { ctrlKey: true, altKey: true })).toBe("search");
    preferences.now = USUAL;
    await preferences.load();
    expect(keysOf("search")).toEqual(["Ctrl+Alt+K"]);
    // As it is by itself is no change.
    await setKeys([["search", ["Ctrl+K", "Ctrl+Shift+F"]]]);
    expect(preferences.now.shortcuts).toEqual({});
    await setKeys([["new", []]]);
    expect(press("n", { ctrlKey: true })).toBeNull();
    await resetKeys();
    expect(press("n", { ctrlKey: true })).toBe("new");
  });

  it("are told by what was pressed, on any layout", () => {
    const chord = (key: string, code: string, more: KeyboardEventInit = {}) =>
      chordOf(new KeyboardEvent("keydown", { key, code, ...more }));
    expect(chord("k", "KeyK", { ctrlKey: true })).toBe("Ctrl+K");
    expect(chord("\u043e", "KeyJ", { ctrlKey: true, shiftKey: true })).toBe("Ctrl+Shift+J");
    expect(chord("&", "Digit1", { altKey: true })).toBe("Alt+1");
    expect(chord("|", "Backslash", { ctrlKey: true, shiftKey: true })).toBe("Ctrl+Shift+\\");
    expect(chord("F7", "F7", { shiftKey: true })).toBe("Shift+F7");
    expect(chord("Control", "ControlLeft", { ctrlKey: true })).toBeNull();
  });

  it("are refused where another action or writing needs them", async () => {
    expect(conflictOf("find", "Ctrl+K")).toEqual({ why: "taken", by: "search" });
    expect(conflictOf("find", "Ctrl+Z")).toEqual({ why: "writing" });
    expect(conflictOf("find", "Shift+A")).toEqual({ why: "types" });
    expect(conflictOf("find", "F4")).toBeNull();
    expect(conflictOf("find", "Ctrl+F")).toBeNull();
    await setKeys([["search", []]]);
    expect(conflictOf("find", "Ctrl+K")).toBeNull();
  });
});
