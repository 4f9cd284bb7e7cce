import { cleanup } from "@testing-library/svelte";
import { afterEach } from "vitest";
import { useHost } from "../../host";
import { StubStudio, stubHost } from "../../host/stub";
import { speak } from "../../locales/index.svelte";
import type { Brief, DocumentKind, Language } from "../../wire/bindings";
import { notices } from "../notices/notices.svelte";
import { takes } from "../takes/takes.svelte";
import { writing } from "./writing.svelte";

interface Given {
  kind: DocumentKind;
  body?: string;
  brief?: Partial<Brief>;
  language?: Language;
}

/** For tests: a studio in memory with one draft in it, opened as the window would. */
export function opened({ kind, body = "", brief = {}, language = "en" }: Given) {
  const studio = new StubStudio();
  studio.pace = 1;
  useHost(stubHost(studio));
  studio.on((event) => event.event === "take" && takes.onEvent(event));
  const project = studio.addProject("Project", language);
  const draft = studio.addDocument(project.id, kind, language, "", body);
  Object.assign(studio.brief(draft), brief);
  writing.show(studio.view(draft.id));
  return { studio, draft };
}

/** For tests: leaves the draft, so that the next one starts afresh. */
export function closedAfterEach() {
  afterEach(async () => {
    cleanup();
    await takes.stopAll();
    await writing.close();
    notices.list = [];
    notices.said = "";
    speak("en");
  });
}

/** The element of a test id, which has to be there. */
export function at(testid: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
  if (!found) throw new Error(`no ${testid} in the window`);
  return found;
}

export const maybe = (testid: string) =>
  document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);

export const all = (testid: string) => [
  ...document.querySelectorAll<HTMLElement>(`[data-testid="${testid}"]`),
];
