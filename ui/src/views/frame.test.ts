import { beforeEach, describe, expect, it } from "vitest";
import { frame } from "./frame.svelte";

const focused = () => (document.activeElement as HTMLElement | null)?.dataset.testid;

/** An opening that ends when it is told to. */
function opening() {
  let done: (opened: boolean) => void = () => undefined;
  const opened = new Promise<boolean>((resolve) => {
    done = resolve;
  });
  return { opened, done };
}

describe("where the keyboard goes when a text is opened", () => {
  beforeEach(() => {
    document.body.innerHTML = `
      <div data-region="text" tabindex="-1"><button data-testid="in-text"></button></div>
      <div data-region="desk"><div role="tabpanel"><textarea data-testid="topic"></textarea></div></div>
      <div data-region="status"><button data-testid="in-status"></button></div>`;
  });

  it.each([
    ["text", "in-text"],
    ["brief", "topic"],
  ] as const)("to the %s", async (there, id) => {
    const { opened, done } = opening();
    const after = frame.after(opened, there);
    done(true);
    await after;
    expect(focused()).toBe(id);
  });

  it.each(["text", "brief"] as const)("not to the %s when it was sent elsewhere", async (there) => {
    const { opened, done } = opening();
    const after = frame.after(opened, there);
    await frame.go("status");
    done(true);
    await after;
    expect(focused()).toBe("in-status");
  });

  it("not to the brief when it is sent elsewhere in the last moment", async () => {
    const begun = frame.begin();
    await frame.go("status");
    await begun;
    expect(focused()).toBe("in-status");
  });

  it("nowhere when it was not opened", async () => {
    const { opened, done } = opening();
    const after = frame.after(opened, "text");
    done(false);
    await after;
    expect(focused()).toBeUndefined();
  });
});
