interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Between a notice and what it must not touch, in pixels. */
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
