import { render, screen } from "@testing-library/svelte";
import { expect, it, vi } from "vitest";
import Empty from "./Empty.svelte";
import { later } from "./later.svelte";

it("reads a component when it is first shown, once, and gives it what it is given", async () => {
  const read = vi.fn(async () => Empty);
  const Shown = later(read);
  expect(read).not.toHaveBeenCalled();
  const first = render(Shown, { title: "One" } as never);
  expect(await screen.findByText("One")).toBeTruthy();
  first.unmount();
  const again = render(Shown, { title: "Two" } as never);
  // What was read is there at once.
  expect(screen.getByText("Two")).toBeTruthy();
  await again.rerender({ title: "Three" });
  expect(screen.getByText("Three")).toBeTruthy();
  expect(read).toHaveBeenCalledTimes(1);
});
