import { fireEvent, render, screen } from "@testing-library/svelte";
import { createRawSnippet } from "svelte";
import { describe, expect, it } from "vitest";
import Guard from "./Guard.svelte";

describe("a part that fails", () => {
  it("says so, and can be tried again", async () => {
    let broken = true;
    const children = createRawSnippet(() => {
      if (broken) throw new Error("a fault in the part");
      return { render: () => "<p>whole</p>" };
    });
    render(Guard, { children });
    expect(screen.getByTestId("part-failed").textContent).toContain("a fault in the part");
    broken = false;
    await fireEvent.click(screen.getByTestId("part-again"));
    expect(screen.queryByTestId("part-failed")).toBeNull();
    expect(screen.getByText("whole")).toBeTruthy();
  });
});
