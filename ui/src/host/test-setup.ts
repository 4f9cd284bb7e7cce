import { cleanup } from "@testing-library/svelte";
import { afterEach, beforeEach } from "vitest";
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

beforeEach(() => useHost(stubHost(new StubStudio())));
afterEach(() => cleanup());
