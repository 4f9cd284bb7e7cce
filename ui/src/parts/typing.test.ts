import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

type Typing = typeof import("./typing");
let typing: Typing;

const FRAME_MS = 16;
const press = () => window.dispatchEvent(new KeyboardEvent("keydown", { key: "a" }));

/** Whether something that waits for a key has gone on. */
function waits() {
  let over = false;
  void typing.behindKey().then(() => {
    over = true;
  });
  return async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    return over;
  };
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw, FRAME_MS));
  vi.resetModules();
  typing = await import("./typing");
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("what waits for a key", () => {
  it("waits for nothing while nobody types", async () => {
    expect(typing.isTyping()).toBe(false);
    expect(await waits()(0)).toBe(true);
  });

  it("goes on once the key is drawn", async () => {
    press();
    const isOver = waits();
    expect(typing.isTyping()).toBe(true);
    expect(await isOver(FRAME_MS)).toBe(false);
    expect(await isOver(12)).toBe(true);
  });

  it("goes on at once right behind a key, and waits for the next one later", async () => {
    press();
    await vi.advanceTimersByTimeAsync(FRAME_MS + 12);
    expect(await waits()(0)).toBe(true);
    await vi.advanceTimersByTimeAsync(40);
    const isOver = waits();
    expect(await isOver(40)).toBe(false);
    press();
    expect(await isOver(FRAME_MS)).toBe(false);
    expect(await isOver(12)).toBe(true);
  });

  it("waits no longer than it takes, where no key comes or none is drawn", async () => {
    press();
    await vi.advanceTimersByTimeAsync(100);
    const isOver = waits();
    expect(await isOver(typing.GAP_MS - 1)).toBe(false);
    expect(await isOver(1)).toBe(true);
    await vi.advanceTimersByTimeAsync(typing.TYPING_MS);
    expect(typing.typesFor()).toBe(0);
  });
});
