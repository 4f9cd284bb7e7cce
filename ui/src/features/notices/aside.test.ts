import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { covers } from "./aside";
import Notices from "./Notices.svelte";
import { notices } from "./notices.svelte";

const box = (left: number, top: number, width: number, height: number) =>
  DOMRect.fromRect({ x: left, y: top, width, height });

describe("a notice", () => {
  let page: ReturnType<typeof mount>;
  let text: HTMLElement;

  beforeEach(() => {
    notices.list = [];
    document.body.innerHTML =
      '<div id="text" style="overflow-y: auto"><input id="low" /><input id="high" /><input id="gone" /></div>';
    text = document.querySelector<HTMLElement>("#text") ?? document.body;
    Object.defineProperty(text, "scrollHeight", { value: 2000 });
    Object.defineProperty(text, "clientHeight", { value: 700 });
    const boxes: Record<string, DOMRect> = {
      low: box(200, 660, 500, 32),
      high: box(200, 20, 500, 32),
      gone: box(200, 900, 500, 32),
    };
    vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function (
      this: Element,
    ) {
      return boxes[this.id] ?? box(260, 650, 480, 50);
    });
    page = mount(Notices, { target: document.body });
  });

  afterEach(async () => {
    await unmount(page);
    vi.restoreAllMocks();
  });

  it.each([
    ["low", 50],
    ["high", 0],
    // Whoever has scrolled away from the caret reads something else.
    ["gone", 0],
  ])("leaves what has the keyboard in sight: %s", (id, by) => {
    document.getElementById(id)?.focus();
    notices.note("library.deleted", { name: "A" }, () => undefined);
    flushSync();
    expect(text.scrollTop).toBe(by);
  });

  it("touches nothing that lies beside it", () => {
    expect(covers(box(0, 0, 100, 50), box(90, 40, 10, 10))).toBe(true);
    expect(covers(box(0, 0, 100, 50), box(104, 0, 10, 10))).toBe(true);
    expect(covers(box(0, 0, 100, 50), box(110, 0, 10, 10))).toBe(false);
    expect(covers(box(0, 0, 100, 50), box(0, 60, 10, 10))).toBe(false);
  });
});
