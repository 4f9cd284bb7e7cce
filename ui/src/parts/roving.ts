import type { Attachment } from "svelte/attachments";

/**
 * Arrow keys, Home and End move among the rows of a list (`[data-row]`); Tab enters it at the
 * current row and leaves it at once.
 */
export const roving: Attachment<HTMLElement> = (list) => {
  const rows = () => [...list.querySelectorAll<HTMLElement>("[data-row]")];

  function settle(current?: HTMLElement) {
    const all = rows();
    const chosen =
      current ??
      all.find((row) => row.getAttribute("aria-current") === "true") ??
      all.find((row) => row.tabIndex === 0) ??
      all[0];
    for (const row of all) row.tabIndex = row === chosen ? 0 : -1;
  }

  function onkeydown(event: KeyboardEvent) {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey) return;
    const all = rows();
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    const next = to === undefined ? undefined : all[to];
    if (!next) return;
    event.preventDefault();
    settle(next);
    next.focus();
  }

  const onfocusin = (event: FocusEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
    if (row) settle(row);
  };
  const changed = new MutationObserver(() => settle());
  changed.observe(list, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["aria-current"],
  });
  settle();
  list.addEventListener("keydown", onkeydown);
  list.addEventListener("focusin", onfocusin);
  return () => {
    changed.disconnect();
    list.removeEventListener("keydown", onkeydown);
    list.removeEventListener("focusin", onfocusin);
  };
};
