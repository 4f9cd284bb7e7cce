import type { Attachment } from "svelte/attachments";

/** The most characters that a field of a form may hold. */
export const LONGEST_FIELD = 20_000;

export interface Cap {
  limit: number;
  /** Told when something was left out. */
  onCapped: () => void;
}

/** Cuts a text to a limit without parting a surrogate pair. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const unit = text.charCodeAt(limit - 1);
  return text.slice(0, unit >= 0xd800 && unit < 0xdc00 ? limit - 1 : limit);
}

/**
 * Keeps a field within its limit. What is pasted is cut before it gets into the field: laying out
 * megabytes in a text area would freeze the window.
 */
export function capped({
  limit,
  onCapped,
}: Cap): Attachment<HTMLInputElement | HTMLTextAreaElement> {
  return (field) => {
    const paste = (event: Event) => {
      // Whoever took the paste already has cut it.
      if (event.defaultPrevented) return;
      const text = (event as ClipboardEvent).clipboardData?.getData("text/plain") ?? "";
      const from = field.selectionStart ?? field.value.length;
      const to = field.selectionEnd ?? from;
      const room = limit - (field.value.length - (to - from));
      if (text.length <= room) return;
      event.preventDefault();
      field.setRangeText(cut(text, Math.max(0, room)), from, to, "end");
      field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
      onCapped();
    };
    const input = () => {
      if (field.value.length <= limit) return;
      field.value = cut(field.value, limit);
      onCapped();
    };
    field.addEventListener("paste", paste);
    field.addEventListener("input", input, true);
    return () => {
      field.removeEventListener("paste", paste);
      field.removeEventListener("input", input, true);
    };
  };
}
