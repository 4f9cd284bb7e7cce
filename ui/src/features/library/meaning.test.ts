import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, describe, expect, it } from "vitest";
import { useHost } from "../../host";
import { StubStudio, stubHost } from "../../host/stub";
import { fail } from "../../host/stub/given";
import { writing } from "../writing/writing.svelte";
import { library } from "./library.svelte";
import Meaning from "./Meaning.svelte";
import { means } from "./meaning.svelte";
import { search } from "./search.svelte";

let studio: StubStudio;

beforeEach(async () => {
  studio = new StubStudio();
  useHost(stubHost(studio));
  await writing.close();
  search.set("");
  const room = studio.addProject("A", "en");
  library.projects = studio.projects;
  await library.openProject(room.id);
});

describe("search by meaning", () => {
  it("asks for what may mean something", () => {
    expect(["a", "  ", "find", '"ab"'].map(means)).toEqual([false, false, false, false]);
    expect(["finds", "潮水", "the letter"].map(means)).toEqual([true, true, true]);
  });

  it("shows passages beneath the hits and opens one at its place", async () => {
    const text = "Rain.\n\nShe opens the envelope.";
    const draft = studio.addDocument(studio.projects[0]?.id ?? "", "news", "en", "Tide", text);
    studio.meanings = {
      model: "letters",
      compared: 3,
      passages: 9,
      hits: [
        {
          project_id: studio.projects[0]?.id ?? "",
          document_id: draft.document_id,
          draft_id: draft.id,
          title: "Tide",
          kind: "news",
          text: "She opens the envelope.",
          from: 7,
          to: 30,
          cosine: 0.5,
        },
      ],
    };
    render(Meaning);
    search.set("the letter is found");
    const hit = await screen.findByTestId("meaning-hit");
    expect(hit.textContent).toContain("She opens the envelope.");
    expect(screen.getByTestId("meaning").textContent).toContain("3 of 9");
    await fireEvent.click(hit);
    await waitFor(() => expect(writing.draftId).toBe(draft.id));
    search.set("");
    await waitFor(() => expect(screen.queryByTestId("meaning")).toBeNull());
  });

  it("says how to find more only where words found nothing", async () => {
    render(Meaning);
    search.set("nowhere to be found");
    await screen.findByTestId("meaning-hint");
    studio.broken.search_meaning = fail("internal");
    search.set("nowhere to be found at all");
    await screen.findByTestId("meaning-hint");
    search.set("a");
    await waitFor(() => expect(screen.queryByTestId("meaning-hint")).toBeNull());
  });
});
