interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Between a notice and the line above it, in pixels. */
const AIR = 8;

/** Where the keyboard is: the caret of a text, or the control that has the focus. */
export function keyboardAt(): Box | null {
  const active = document.activeElement;
  if (!active || active === document.body) return null;
  if (!(active instanceof HTMLElement && active.isContentEditable))
    return active.getBoundingClientRect();
  const selection = getSelection();
  const node = selection?.focusNode;
  if (!selection || !node) return null;
  const caret = document.createRange();
  caret.setStart(node, selection.focusOffset);
  const box = caret.getClientRects()[0];
  if (box) return box;
  // An empty line has no box for a caret, but is itself one.
  return (node instanceof Element ? node : node.parentElement)?.getBoundingClientRect() ?? null;
}

export const covers = (box: Box, other: Box) =>
  box.left - AIR < other.right &&
  other.left < box.right + AIR &&
  box.top - AIR < other.bottom &&
  other.top < box.bottom + AIR;

/** What scrolls an element. */
function scrollerOf(element: Element | null): Element | null {
  let one = element?.parentElement ?? null;
  while (
    one &&
    !(one.scrollHeight > one.clientHeight && /auto|scroll/.test(getComputedStyle(one).overflowY))
  )
    one = one.parentElement;
  return one;
}

/** Scrolls what has the keyboard to above a region that has taken its place. */
export function makeWay(region: Element) {
  const at = keyboardAt();
  const box = region.getBoundingClientRect();
  if (!at || !covers(box, at)) return;
  const scroller = scrollerOf(document.activeElement);
  if (scroller) scroller.scrollTop += at.bottom + AIR - box.top;
}
