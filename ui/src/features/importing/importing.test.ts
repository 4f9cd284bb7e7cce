import { render, screen } from "@testing-library/svelte";
import { beforeEach, describe, expect, it } from "vitest";
import { useHost } from "../../host";
import { StubStudio, stubHost } from "../../host/stub";
import { fail } from "../../host/stub/given";
import { library } from "../library/library.svelte";
import { writing } from "../writing/writing.svelte";
import Import from "./Import.svelte";
import { importing, NEW_PROJECT } from "./importing.svelte";

let studio: StubStudio;

beforeEach(async () => {
  studio = new StubStudio();
  useHost(stubHost(studio));
  importing.close();
  library.projects = [];
  library.projectId = null;
  library.documents = [];
  const room = studio.addProject("A", "en");
  library.projects = studio.projects;
  await library.openProject(room.id);
});

describe("importing", () => {
  it("opens the one file that leaves no question", async () => {
    importing.begin();
    await importing.chooseFiles();
    expect(importing.rows.map(({ state }) => state)).toEqual(["ready"]);
    expect(await importing.run()).toBe(true);
    expect(importing.shown).toBe(false);
    expect(writing.document?.title).toBe("ferry");
    expect(library.documents).toHaveLength(1);
  });

  it("brings a folder in file by file, as the person knows better", async () => {
    await importing.dropped(["/home/ada/Novel"]);
    expect(importing.shown).toBe(true);
    const [one, two, old] = importing.rows;
    if (!one || !two || !old) throw new Error("three files");
    expect(old.looked?.sure).toBe(false);
    await importing.setEncoding(old, "Big5");
    expect(old.looked).toMatchObject({ encoding: "Big5", sure: true, preview: "夜裡的渡船。" });
    await importing.setKind(two, "screenplay");
    one.title = "First";
    importing.projectId = NEW_PROJECT;
    expect(await importing.run()).toBe(true);
    expect(library.project?.name).toBe("Novel");
    expect(library.documents.map(({ title, kind }) => [title, kind])).toEqual([
      ["First", "news"],
      ["Part 1 / two", "screenplay"],
      ["Part 1 / old", "news"],
    ]);
    expect(importing.step).toBe("done");
    expect(importing.skipped).toEqual([{ name: "Part 1/.notes", why: "hidden" }]);
  });

  it("names a file that can't be read, and takes the others", async () => {
    await importing.dropped(["/a/broken.docx", "/a/good.md"]);
    expect(importing.rows.map(({ state }) => state)).toEqual(["failed", "ready"]);
    expect(importing.chosen).toHaveLength(1);
    await importing.run();
    expect(importing.done).toHaveLength(1);
    expect(importing.failed[0]?.error?.code).toBe("file_not_this");
  });

  it("stops between two files", async () => {
    await importing.dropped(["/home/ada/Novel"]);
    const running = importing.run();
    importing.stop();
    await running;
    expect(importing.done).toHaveLength(1);
    expect(importing.rows.map(({ state }) => state)).toEqual(["done", "ready", "ready"]);
    expect(library.documents).toHaveLength(1);
  });

  it("keeps what the studio refuses as a failure of that file", async () => {
    await importing.dropped(["/a/good.md"]);
    studio.broken.import_file = fail("file_broken", { line: "2", column: "7" });
    await importing.run();
    expect(importing.shown).toBe(true);
    expect(importing.failed[0]?.error?.code).toBe("file_broken");
    expect(library.documents).toHaveLength(0);
  });

  it("shows each file with what it would become, and why another can't be read", async () => {
    await importing.dropped(["/a/old.txt", "/a/broken.docx"]);
    render(Import, { onopened: () => undefined });
    expect(screen.getAllByTestId("import-row")).toHaveLength(2);
    expect(screen.getByTestId("import-encoding")).toHaveProperty("value", "gb18030");
    expect(screen.getByTestId("import-failure").textContent).toContain("DOCX");
    expect(screen.getByTestId("import-start").textContent?.trim()).toBe("Import one file");
  });
});
