import { beforeEach, expect, test } from "vitest";
import { useHost } from "../../host";
import { StubStudio, stubHost } from "../../host/stub";
import { STEPS, zoom } from "./zoom.svelte";

let asked: number[] = [];

beforeEach(async () => {
  asked = [];
  localStorage.clear();
  useHost({
    ...stubHost(new StubStudio()),
    zoom: async (factor) => {
      asked.push(factor);
    },
  });
  await zoom.reset();
  asked = [];
});

test("the window is made larger by steps, reaches twice its size, and stops at the last", async () => {
  for (const _ of STEPS) await zoom.in();
  expect(asked).toEqual([1.1, 1.25, 1.5, 1.75, 2, 2.5, 3]);
  expect(zoom.now).toBe(3);
  for (const _ of STEPS) await zoom.out();
  expect(zoom.now).toBe(0.5);
});

test("a window remembers how large it was, and takes nothing that is no step", async () => {
  await zoom.in();
  zoom.now = 1;
  await zoom.recall();
  expect(zoom.now).toBe(1.1);
  localStorage.setItem("inkstone.zoom", "70");
  zoom.now = 1;
  await zoom.recall();
  expect(zoom.now).toBe(1);
});

test("no step of a quick hand is lost", async () => {
  await Promise.all([zoom.in(), zoom.in(), zoom.in(), zoom.out()]);
  expect(zoom.now).toBe(1.25);
});
