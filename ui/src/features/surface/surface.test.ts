import { expect, it, vi } from "vitest";
import { currentHost } from "../../host";
import { press } from "../../views/actions";
import { closedAfterEach, opened } from "../writing/opened";
import { surface } from "./surface.svelte";

closedAfterEach();

it("F11 fills the screen and gives it back, and a system that refuses leaves things as they are", async () => {
  opened({ kind: "news" });
  const host = currentHost();
  if (!host) throw new Error("no host");
  const asked = vi.spyOn(host, "fullScreen");
  const key = () => press(new KeyboardEvent("keydown", { key: "F11", code: "F11" }));
  key();
  await vi.waitFor(() => expect(surface.full).toBe(true));
  key();
  await vi.waitFor(() => expect(surface.full).toBe(false));
  expect(asked.mock.calls).toEqual([[true], [false]]);
  asked.mockRejectedValueOnce(new Error("no"));
  key();
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(3));
  expect(surface.full).toBe(false);
});
