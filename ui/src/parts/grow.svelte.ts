import type { Attachment } from "svelte/attachments";

/** A text area of this many characters scrolls instead of growing. */
const LONG = 4_000;

/** Lets a text area be as high as its text, up to what its style allows. */
export function grow(text: () => string): Attachment<HTMLTextAreaElement> {
  return (area) => {
    const adjust = () => {
      area.style.height = "auto";
      const border = area.offsetHeight - area.clientHeight;
      if (text().length <= LONG) area.style.height = `${area.scrollHeight + border}px`;
    };
    $effect(() => {
      text();
      adjust();
    });
    // Its width changes with the panel's.
    let width = area.clientWidth;
    const resized = new ResizeObserver(() => {
      if (area.clientWidth === width) return;
      width = area.clientWidth;
      adjust();
    });
    resized.observe(area);
    // A face that comes late breaks lines elsewhere.
    const { fonts } = document;
    fonts?.addEventListener("loadingdone", adjust);
    return () => {
      resized.disconnect();
      fonts?.removeEventListener("loadingdone", adjust);
    };
  };
}
