import { cleanup } from "@testing-library/svelte";
import { afterEach, beforeEach } from "vitest";
import { read } from "../locales/messages";
import { useHost } from ".";
import { StubStudio, stubHost } from "./stub";

// What happy-dom lacks, as far as the window needs it.
if (!HTMLDialogElement.prototype.showModal) {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
}
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

// A browser tells of a changed selection in a task of its own, happy-dom in the midst of an editor's
// update, which then refuses another.
const tell = document.dispatchEvent.bind(document);
document.dispatchEvent = (event) => {
  if (event.type !== "selectionchange") return tell(event);
  try {
    return tell(event);
  } catch (error) {
    if (!String(error).includes("update is in progress")) throw error;
    return true;
  }
};

// What a test asks for is there at once.
await read("zh-CN");

beforeEach(() => useHost(stubHost(new StubStudio())));
afterEach(() => cleanup());
