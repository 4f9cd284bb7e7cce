import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { call, currentHost, useHost } from "../../host";
import { StubStudio, stubHost } from "../../host/stub";
import { start } from "../../views/start.svelte";
import type { Preferences } from "../../wire/bindings";
import { library } from "../library/library.svelte";
import { surface } from "../surface/surface.svelte";
import { preferences, USUAL } from "./preferences.svelte";

let studio: StubStudio;
const quiet = () => new Promise((resolve) => setTimeout(resolve, 20));
const kept = () => studio.called.filter((name) => name === "set_preferences").length;

beforeEach(async () => {
  studio = new StubStudio();
  useHost(stubHost(studio));
  library.projectId = null;
  await start.open();
});

afterEach(() => {
  vi.restoreAllMocks();
  preferences.now = USUAL;
});

it("shows what another window chose, and says nothing back", async () => {
  const shortcuts = { palette: ["Ctrl+Shift+P"] };
  const theirs: Preferences = { ...USUAL, hide_marks: true, words: ["Teh"], shortcuts };
  await call("set_preferences", theirs);
  await vi.waitFor(() => expect(preferences.now).toEqual(theirs));
  const before = preferences.now;
  await quiet();
  expect(kept()).toBe(1);
  // What is the same makes nothing anew.
  studio.emit({ event: "changed", kinds: ["settings"] });
  await quiet();
  expect(preferences.now).toBe(before);
});

it("keeps changes in the order in which they were made, and takes none back meanwhile", async () => {
  const host = currentHost();
  if (!host) throw new Error("no host");
  // The first one takes longest.
  const waits = [30, 1, 1];
  const real = host.call.bind(host);
  vi.spyOn(host, "call").mockImplementation(async (name, input) => {
    if (name === "set_preferences")
      await new Promise((resolve) => setTimeout(resolve, waits.shift() ?? 0));
    return real(name, input);
  });
  const seen: Preferences[] = [];
  const changes = [
    preferences.change({ hide_marks: true }),
    preferences.change({ see_prompt: true }),
    preferences.change({ english: "british" }),
  ];
  const watch = setInterval(() => seen.push(preferences.now), 1);
  await Promise.all(changes);
  await quiet();
  clearInterval(watch);
  const chosen = { ...USUAL, hide_marks: true, see_prompt: true, english: "british" };
  expect(preferences.now).toEqual(chosen);
  expect(seen.length).toBeGreaterThan(5);
  expect(seen.every((one) => one === seen[0])).toBe(true);
  expect(await call("preferences", {})).toEqual(chosen);
});

it("hears what another window changed while a change from here was on its way", async () => {
  const host = currentHost();
  if (!host) throw new Error("no host");
  const real = host.call.bind(host);
  vi.spyOn(host, "call").mockImplementation(async (name, input) => {
    const answer = await real(name, input);
    if (name === "set_preferences") await quiet();
    return answer;
  });
  const mine = preferences.change({ hide_marks: true });
  await vi.waitFor(() => expect(kept()).toBe(1), { interval: 1 });
  const theirs = { ...USUAL, hide_marks: true, see_prompt: true };
  await studio.call("set_preferences", theirs);
  await mine;
  await vi.waitFor(() => expect(preferences.now).toEqual(theirs));
});

it("the page behaves as in the other windows; what stands beside it is each window's own", () => {
  const entry = { typewriter: true, focus: "paragraph", outline: true };
  const told = (key: string, newValue: string | null) =>
    surface.follow(new StorageEvent("storage", { key, newValue }));
  told("inkstone.surface", JSON.stringify(entry));
  expect([surface.typewriter, surface.focus, surface.outline]).toEqual([true, "paragraph", false]);
  told("inkstone.zoom", JSON.stringify({ typewriter: false }));
  told("inkstone.surface", "[1,");
  expect(surface.typewriter).toBe(true);
  told("inkstone.surface", JSON.stringify({ typewriter: false, focus: "off" }));
  expect([surface.typewriter, surface.focus]).toEqual([false, "off"]);
});
