import { fireEvent, render, screen } from "@testing-library/svelte";
import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useHost } from "../../host";
import { StubStudio, stubHost } from "../../host/stub";
import { writing } from "../writing/writing.svelte";
import DocumentList from "./DocumentList.svelte";
import { library } from "./library.svelte";
import { STRETCH } from "./shelf";

const COUNT = 4 * STRETCH + 3;
/** What is watched, and whom it tells. */
let near: { tell: IntersectionObserverCallback; at: Element }[] = [];

beforeEach(async () => {
  near = [];
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      constructor(private readonly tell: IntersectionObserverCallback) {}
      observe(at: Element) {
        near.push({ tell: this.tell, at });
      }
      unobserve(at: Element) {
        near = near.filter((one) => one.at !== at);
      }
    },
  );
  const studio = new StubStudio();
  useHost(stubHost(studio));
  await writing.close();
  const room = studio.addProject("A", "en");
  for (let at = 0; at < COUNT; at++)
    studio.addDocument(room.id, "news", "en", `Text ${at}`, "Text");
  library.projects = studio.projects;
  library.projectId = null;
  await library.openProject(room.id, false);
  library.documents = library.documents.map((document, at) => ({ ...document, updated_at: at }));
});
afterEach(() => vi.unstubAllGlobals());

const rows = () => screen.getAllByTestId("document-item");
const names = () => rows().map((row) => row.textContent?.trim());
const focused = () => document.activeElement?.textContent?.trim();

it("draws what is seen, and more when somebody comes near", () => {
  render(DocumentList);
  expect(names()).toEqual(Array.from({ length: STRETCH }, (_, at) => `Text ${COUNT - 1 - at}`));
  const place = rows()[0]?.closest("li");
  expect(place?.getAttribute("aria-posinset")).toBe("1");
  expect(place?.getAttribute("aria-setsize")).toBe(`${COUNT}`);

  const [last] = near.slice(-1);
  const change = { isIntersecting: true, target: last?.at } as IntersectionObserverEntry;
  last?.tell([change], {} as IntersectionObserver);
  flushSync();
  expect(names().slice(STRETCH)).toEqual(["Text 2", "Text 1", "Text 0"]);
  expect(near).toHaveLength(3);
});

it("draws the text that is open, wherever it stands", async () => {
  const far = library.documents.find(({ title }) => title === "Text 1");
  await library.openDraft(far?.drafts[0]?.id ?? "");
  render(DocumentList);
  expect(names()).toContain("Text 1");
  expect(names()).not.toContain(`Text ${COUNT - 1 - STRETCH}`);
  expect(
    rows()
      .find((row) => row.tabIndex === 0)
      ?.textContent?.trim(),
  ).toBe("Text 1");
});

it("lets the keys go through the whole list", async () => {
  render(DocumentList);
  rows()[STRETCH - 1]?.focus();
  flushSync();
  await fireEvent.keyDown(rows()[STRETCH - 1] as HTMLElement, { key: "ArrowDown" });
  expect(focused()).toBe(`Text ${COUNT - 1 - STRETCH}`);
  await fireEvent.keyDown(document.activeElement as HTMLElement, { key: "End" });
  expect(focused()).toBe("Text 0");
  for (let step = 0; step < 5; step++)
    await fireEvent.keyDown(document.activeElement as HTMLElement, { key: "ArrowUp" });
  expect(focused()).toBe("Text 5");
  await fireEvent.keyDown(document.activeElement as HTMLElement, { key: "Home" });
  expect(focused()).toBe(`Text ${COUNT - 1}`);
});
