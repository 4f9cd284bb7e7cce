import { beforeEach, describe, expect, it, vi } from "vitest";
import { useHost } from "../../host";
import { StubStudio, stubHost } from "../../host/stub";
import { fail } from "../../host/stub/given";
import { notices } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";
import { draftName, library, titleOf } from "./library.svelte";
import { marked } from "./marked";
import { OPEN, search } from "./search.svelte";

let studio: StubStudio;

beforeEach(async () => {
  studio = new StubStudio();
  useHost(stubHost(studio));
  await writing.close();
  library.projects = [];
  library.projectId = null;
  library.documents = [];
  library.bin = null;
  search.set("");
  notices.list = [];
});

describe("library", () => {
  it("begins with one step: a project, a document, an open draft", async () => {
    expect(await library.begin("screenplay")).toBe(true);
    expect(library.project?.name).toBe("Film");
    expect(library.documents.map(({ kind }) => kind)).toEqual(["screenplay"]);
    expect(writing.document?.kind).toBe("screenplay");
    expect(studio.last).toEqual({ project_id: library.projectId, draft_id: writing.draftId });

    await library.begin("ads");
    expect(studio.projects).toHaveLength(1);
    expect(library.documents).toHaveLength(2);
  });

  it("opens again what was open last", async () => {
    const room = studio.addProject("A", "en");
    studio.addProject("B", "en");
    const draft = studio.addDocument(room.id, "news", "en", "T", "Text");
    library.projects = studio.projects;
    await library.resume({ project_id: room.id, draft_id: draft.id });
    expect(library.projectId).toBe(room.id);
    expect(writing.draftId).toBe(draft.id);
  });

  it("opens the first project when the last is gone", async () => {
    const room = studio.addProject("A", "en");
    library.projects = studio.projects;
    await library.resume({ project_id: "gone", draft_id: "gone" });
    expect(library.projectId).toBe(room.id);
    expect(notices.list).toEqual([]);
  });

  it("brings a deleted document and a deleted project back", async () => {
    await library.begin("news");
    const [document] = library.documents;
    if (!document) throw new Error("no document");
    await library.deleteDocument(document);
    expect(library.documents).toEqual([]);
    expect(writing.draftId).toBeNull();
    const note = notices.list.at(-1);
    if (note?.kind !== "note") throw new Error("no way back");
    note.back?.();
    await vi.waitFor(() => expect(library.documents).toHaveLength(1));

    const id = library.projectId ?? "";
    await library.deleteProject(id);
    expect(library.projects).toEqual([]);
    await library.restoreProject(id);
    expect(library.projects.map((project) => project.id)).toEqual([id]);
  });

  it("shows the bin and puts back from it", async () => {
    await library.begin("news");
    const [document] = library.documents;
    if (!document) throw new Error("no document");
    await library.deleteDocument(document);
    await library.showBin();
    expect(library.bin).toHaveLength(1);
    await library.putBack({ what: "document", id: document.id });
    expect(library.bin).toEqual([]);
    expect(library.documents).toHaveLength(1);
  });

  it("shows drafts and projects in the bin too, and empties it", async () => {
    await library.begin("news");
    await library.branch(writing.draftId ?? "", "Darker");
    const darker = writing.draftId ?? "";
    await library.deleteDraft(darker);
    const other = await library.createProject("Other");
    await library.deleteProject(other?.id ?? "");
    await library.showBin();
    expect(library.bin?.map(({ what, name }) => [what, name])).toEqual([
      ["project", "Other"],
      ["draft", "Darker"],
    ]);
    await library.putBack({ what: "draft", id: darker });
    expect(library.documents[0]?.drafts).toHaveLength(2);
    await library.emptyBin();
    expect(library.bin).toEqual([]);
    expect(studio.projects).toHaveLength(1);
  });

  it("branches a draft, and keeps the last one", async () => {
    await library.begin("news");
    const first = writing.draftId ?? "";
    await library.branch(first, "Draft 2");
    expect(writing.draftId).not.toBe(first);
    expect(library.documents[0]?.drafts.map(draftName)).toEqual(["Main draft", "Draft 2"]);
    await library.deleteDraft(writing.draftId ?? "");
    expect(library.documents[0]?.drafts).toHaveLength(1);
    await library.deleteDraft(first);
    expect(notices.list.at(-1)).toMatchObject({ kind: "error", error: { code: "last_draft" } });
  });

  it("stays where it is when a document cannot be made", async () => {
    await library.begin("news");
    studio.broken.create_document = fail("disk_full");
    expect(await library.createDocument("ads")).toBe(false);
    expect(library.turning).toBe(false);
    expect(notices.list.at(-1)).toMatchObject({ error: { code: "disk_full" } });
  });

  it("shows the answer to the last search only", async () => {
    const room = studio.addProject("A", "en");
    studio.addDocument(room.id, "news", "en", "Ferry", "The ferry runs");
    search.set("no such");
    search.set("ferry");
    await vi.waitFor(() => expect(search.page?.groups).toHaveLength(1));
    expect(studio.called.filter((name) => name === "search")).toHaveLength(1);
    search.set("");
    expect(search.page).toBeNull();
  });

  it("names what has no name", () => {
    expect(titleOf({ kind: "ads", title: "  " })).toBe("Untitled ads");
    expect(titleOf({ kind: "ads", title: "Bread" })).toBe("Bread");
    expect(draftName({ name: "main" })).toBe("Main draft");
  });
});

describe("marks of a search", () => {
  it("asks anew for each filter, for one document, and for the next documents", async () => {
    const room = studio.addProject("A", "en");
    studio.addDocument(room.id, "news", "en", "Ferry", "The ferry runs");
    studio.addDocument(room.id, "ads", "en", "Tide", "No ferry");
    library.projects = studio.projects;
    await library.openProject(room.id);
    search.set("ferry");
    await vi.waitFor(() => expect(search.page?.groups).toHaveLength(2));
    search.narrow({ kind: "ads", here: true });
    expect(search.narrowed).toBe(2);
    await vi.waitFor(() => expect(search.page?.groups).toHaveLength(1));
    expect(studio.searched).toMatchObject({ kind: "ads", project_id: room.id, places: [] });
    search.narrow({ ...OPEN, place: "history", span: "week", origin: "generated" });
    await vi.waitFor(() =>
      expect(studio.searched).toMatchObject({ places: ["history"], origin: "generated" }),
    );
    expect(studio.searched?.since).toBeLessThan(Date.now());
    search.narrow(OPEN);
    await vi.waitFor(() => expect(search.page?.groups).toHaveLength(2));
    const group = search.page?.groups[0] ?? null;
    search.into(group);
    await vi.waitFor(() => expect(search.page?.groups).toHaveLength(1));
    expect(studio.searched?.document_id).toBe(group?.document_id);
    search.set("");
    expect(search.within).toBeNull();
  });

  it("marks a line where it was found", () => {
    const marks = [
      { from: 4, to: 9 },
      { from: 15, to: 20 },
    ];
    expect(marked("The ferry, the FERRY", marks)).toEqual([
      { text: "The ", hit: false },
      { text: "ferry", hit: true },
      { text: ", the ", hit: false },
      { text: "FERRY", hit: true },
    ]);
    expect(marked("渡轮", [{ from: 0, to: 2 }])).toEqual([{ text: "渡轮", hit: true }]);
    expect(marked("text", [])).toEqual([{ text: "text", hit: false }]);
  });
});
