import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Composition } from "./composition";

let composition: Composition;
let field: HTMLTextAreaElement;
let other: HTMLInputElement;
beforeEach(() => {
  vi.useFakeTimers();
  composition = new Composition(document);
  field = document.body.appendChild(document.createElement("textarea"));
  other = document.body.appendChild(document.createElement("input"));
  field.focus();
});
afterEach(async () => {
  field.remove();
  other.remove();
  vi.useRealTimers();
});

const tell = (type: string) =>
  field.dispatchEvent(new CompositionEvent(type, { bubbles: true, data: "你" }));
const input = (inputType: string, isComposing: boolean) =>
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType, isComposing }));

it("goes on until a moment after its end", async () => {
  expect(composition.going()).toBe(false);
  tell("compositionstart");
  input("insertCompositionText", true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(composition.going()).toBe(true);
  expect(composition.going(field)).toBe(true);
  expect(composition.going(other)).toBe(false);
  const over = vi.fn();
  void composition.over().then(over);
  tell("compositionend");
  await vi.advanceTimersByTimeAsync(20);
  expect(composition.going()).toBe(true);
  expect(over).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(100);
  expect(composition.going()).toBe(false);
  expect(over).toHaveBeenCalled();
});

// What WebKitGTK sends for one word of pinyin that ibus composes.
it("is one though WebKit begins it anew with each letter, or ends it in between", async () => {
  const over = vi.fn();
  tell("compositionstart");
  void composition.over().then(over);
  for (let letter = 0; letter < 5; letter++) {
    input("deleteByComposition", false);
    if (letter % 2) tell("compositionend");
    await vi.advanceTimersByTimeAsync(10);
    tell("compositionstart");
    tell("compositionupdate");
    input("insertCompositionText", letter > 2);
    await vi.advanceTimersByTimeAsync(400);
  }
  expect(over).not.toHaveBeenCalled();
  expect(composition.going()).toBe(true);
});

it("is not over when only the window is left", async () => {
  tell("compositionstart");
  field.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
  await vi.advanceTimersByTimeAsync(1000);
  expect(composition.going()).toBe(true);
});

it("is over when its field is left, goes away, or takes plain letters", async () => {
  tell("compositionstart");
  other.focus();
  await vi.advanceTimersByTimeAsync(100);
  expect(composition.going()).toBe(false);

  field.focus();
  tell("compositionstart");
  input("insertText", false);
  await vi.advanceTimersByTimeAsync(100);
  expect(composition.going()).toBe(false);

  tell("compositionstart");
  field.remove();
  await vi.advanceTimersByTimeAsync(100);
  expect(composition.going()).toBe(false);
});

it("can be ended, as before the window closes", async () => {
  tell("compositionstart");
  const finished = composition.finish();
  await vi.advanceTimersByTimeAsync(200);
  await finished;
  expect(composition.going()).toBe(false);
  expect(document.activeElement).not.toBe(field);
});
