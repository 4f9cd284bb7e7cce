import type { Attachment } from "svelte/attachments";
import { board } from "../../../features/board/board.svelte";
import { type Slot, slotAt } from "../../../features/board/slots";

/** A press that moves less than this is a click. */
const SLACK = 6;
/** So near to an edge, the board scrolls. */
const EDGE = 48;
const SCROLL = 14;

/** Where cards go that are let go here: the place in the column under the pointer that is nearest. */
export function slotUnder(area: HTMLElement, x: number, y: number, rows: boolean): Slot | null {
  let column: HTMLElement | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const one of area.querySelectorAll<HTMLElement>("[data-column]")) {
    const box = one.getBoundingClientRect();
    const apart = x < box.left ? box.left - x : x > box.right ? x - box.right : 0;
    if (apart < least) [column, least] = [one, apart];
  }
  if (!column) return null;
  const cards = [...column.querySelectorAll<HTMLElement>("[data-card]")];
  const before = cards.findIndex((card) => {
    const box = card.getBoundingClientRect();
    if (rows) return y < box.top || (y < box.bottom + 6 && x < box.left + box.width / 2);
    return y < box.top + box.height / 2;
  });
  const index = before < 0 ? cards.length : before;
  return { column: Number(column.dataset.column), index };
}

/** Cards that a pointer drags. The web view's own drag and drop belongs to the system. */
class Dragging {
  /** Where the pointer is while cards are dragged. */
  at = $state.raw<{ x: number; y: number } | null>(null);
  /** The click that ends a drag is none. */
  justDropped = false;

  readonly of: Attachment<HTMLElement> = (area) => {
    let start: { x: number; y: number; card: number; pointer: number } | null = null;
    let frame = 0;

    const over = (x: number, y: number) => {
      const { carried, data } = board;
      if (!carried || !data) return;
      const slot = slotUnder(area, x, y, data.columns.length === 1);
      const same = slot?.column === carried.slot.column && slot.index === carried.slot.index;
      if (slot && !same) carried.slot = slot;
    };

    const scroll = () => {
      frame = 0;
      const { at } = this;
      if (!at) return;
      const box = area.getBoundingClientRect();
      const by = (low: number, high: number, place: number) =>
        place < low + EDGE ? -SCROLL : place > high - EDGE ? SCROLL : 0;
      const [dx, dy] = [by(box.left, box.right, at.x), by(box.top, box.bottom, at.y)];
      if (dx || dy) {
        area.scrollBy(dx, dy);
        over(at.x, at.y);
        frame = requestAnimationFrame(scroll);
      }
    };

    const end = () => {
      start = null;
      this.at = null;
      cancelAnimationFrame(frame);
      frame = 0;
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", cancel);
      window.removeEventListener("keydown", key, true);
    };

    const move = (event: PointerEvent) => {
      if (!start || event.pointerId !== start.pointer) return;
      const { clientX: x, clientY: y } = event;
      if (!this.at) {
        if (Math.hypot(x - start.x, y - start.y) < SLACK || !board.data || board.busy) return;
        const { card } = start;
        board.carried = { cards: board.with(card), slot: slotAt(board.data, card), keys: false };
        board.current = card;
      }
      event.preventDefault();
      this.at = { x, y };
      over(x, y);
      if (!frame) frame = requestAnimationFrame(scroll);
    };

    const settle = () => {
      this.justDropped = true;
      setTimeout(() => {
        this.justDropped = false;
      });
    };

    const up = (event: PointerEvent) => {
      if (!start || event.pointerId !== start.pointer) return;
      const dragged = this.at !== null;
      end();
      if (!dragged) return;
      settle();
      void board.drop();
    };

    const cancel = () => {
      const dragged = this.at !== null;
      end();
      if (dragged) board.carried = null;
    };

    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !this.at) return;
      event.preventDefault();
      event.stopPropagation();
      cancel();
      settle();
    };

    const down = (event: PointerEvent) => {
      const target = event.target as HTMLElement;
      const card = target.closest<HTMLElement>("[data-card]")?.dataset.card;
      if (event.button !== 0 || card === undefined || event.pointerType === "touch") return;
      if (target.closest("button, input, textarea") || board.carried) return;
      start = { x: event.clientX, y: event.clientY, card: Number(card), pointer: event.pointerId };
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", up);
      window.addEventListener("pointercancel", cancel);
      window.addEventListener("keydown", key, true);
    };

    area.addEventListener("pointerdown", down);
    return () => {
      area.removeEventListener("pointerdown", down);
      cancel();
    };
  };
}

export const dragging = new Dragging();
