import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { covers } from "./aside";
import Notices from "./Notices.svelte";
import { notices } from "./notices.svelte";

const box = (left: number, top: number, width: number, height: number) =>
  DOMRect.fromRect({ x: left, y: top, width, height });

describe("a notice", () => {
  let page: ReturnType<typeof mount>;

  beforeEach(() => {
    notices.list = [];
    document.body.innerHTML = '<input id="low" /><input id="high" />';
    const boxes: Record<string, DOMRect> = {
      low: box(200, innerHeight - 80, 500, 32),
      high: box(200, 20, 500, 32),
    };
    vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function (
      this: Element,
    ) {
      return boxes[this.id] ?? box(260, innerHeight - 98, 480, 50);
    });
    page = mount(Notices, { target: document.body });
  });

  afterEach(async () => {
    await unmount(page);
    vi.restoreAllMocks();
  });

  const focus = (id: string) => {
    document.getElementById(id)?.focus();
    flushSync();
  };
  const above = () => document.querySelector(".notices")?.classList.contains("above");

  it("makes way for what has the keyboard, also when that comes later", () => {
    focus("low");
    notices.note("library.deleted", { name: "A" }, () => undefined);
    flushSync();
    expect(above()).toBe(true);
    focus("high");
    expect(above()).toBe(false);
    focus("low");
    expect(above()).toBe(true);
  });

  it("touches nothing that lies beside it", () => {
    expect(covers(box(0, 0, 100, 50), box(90, 40, 10, 10))).toBe(true);
    expect(covers(box(0, 0, 100, 50), box(104, 0, 10, 10))).toBe(true);
    expect(covers(box(0, 0, 100, 50), box(110, 0, 10, 10))).toBe(false);
    expect(covers(box(0, 0, 100, 50), box(0, 60, 10, 10))).toBe(false);
  });
});
