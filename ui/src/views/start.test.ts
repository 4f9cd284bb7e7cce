import { beforeEach, describe, expect, it, vi } from "vitest";
import { library } from "../features/library/library.svelte";
import { models } from "../features/models/models.svelte";
import { notices } from "../features/notices/notices.svelte";
import { settings } from "../features/settings/settings.svelte";
import { takes } from "../features/takes/takes.svelte";
import { writing } from "../features/writing/writing.svelte";
import { useHost } from "../host";
import { StubStudio, stubHost } from "../host/stub";
import { fail } from "../host/stub/given";
import { language, speak } from "../locales/index.svelte";
import { start } from "./start.svelte";

let studio: StubStudio;

beforeEach(async () => {
  studio = new StubStudio();
  studio.pace = 0;
  useHost(stubHost(studio));
  await writing.close();
  library.projectId = null;
  library.documents = [];
  notices.list = [];
  localStorage.clear();
  speak("en");
});

describe("the start", () => {
  it("speaks the system's language until a person chooses", async () => {
    vi.spyOn(navigator, "languages", "get").mockReturnValue(["zh-Hans-CN", "en"]);
    await start.open();
    expect(language()).toBe("zh-CN");
    await vi.waitFor(() => expect(studio.language).toBe("zh-CN"));

    studio.language = "en";
    await start.open();
    expect(language()).toBe("en");
    vi.restoreAllMocks();
  });

  it("remembers its looks for a library that cannot be opened", async () => {
    studio.language = "zh-CN";
    studio.theme = "dark";
    await start.open();
    speak("en");
    studio.broken.app_state = fail("in_use");
    await start.open();
    expect(language()).toBe("zh-CN");
    expect(document.documentElement.dataset.theme).toBe("dark");
    localStorage.setItem("inkstone.look", "[1,");
    await start.open();
    expect(language()).toBe("en");
    await settings.setTheme("system");
  });

  it("fails with a reason, and can be tried again", async () => {
    studio.broken.app_state = fail("damaged_library");
    await start.open();
    expect(start.state).toBe("failed");
    expect(start.error?.code).toBe("damaged_library");
    studio.broken = {};
    await start.open();
    expect(start.state).toBe("ready");
    expect(start.error).toBeNull();
  });

  it("listens once, however often it is tried", async () => {
    const heard = vi.spyOn(studio, "on");
    await start.open();
    await start.open();
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("opens without what was open last, when that is gone", async () => {
    const project = studio.addProject("A", "en");
    studio.last = { project_id: project.id, draft_id: "gone" };
    await start.open();
    expect(start.state).toBe("ready");
    expect(library.projectId).toBe(project.id);
    expect(writing.draftId).toBeNull();
  });
});

describe("what the studio tells", () => {
  it("makes the window read again what is stale", async () => {
    const project = studio.addProject("A", "en");
    await start.open();
    studio.addDocument(project.id, "news", "en", "From elsewhere");
    studio.emit({ event: "changed", kinds: ["documents", "no such kind"] });
    await vi.waitFor(() => expect(library.documents).toHaveLength(1));

    project.name = "B";
    studio.emit({ event: "changed", kinds: ["projects"] });
    await vi.waitFor(() => expect(library.project?.name).toBe("B"));
  });

  it("shows how a model comes up, and how it fails", async () => {
    await start.open();
    studio.emit({ event: "model", model_id: "starter", state: { state: "loading" } });
    expect(models.get("starter")?.state.state).toBe("loading");
    const state = { state: "failed" as const, error: fail("model_broken") };
    studio.emit({ event: "model", model_id: "starter", state });
    expect(models.get("starter")?.state).toEqual(state);
  });

  it("reads the ledger again only while it is shown", async () => {
    await start.open();
    studio.emit({ event: "changed", kinds: ["ledger"] });
    expect(studio.called).not.toContain("ledger_page");
    settings.show("ledger");
    studio.emit({ event: "changed", kinds: ["ledger"] });
    await vi.waitFor(() => expect(studio.called).toContain("ledger_page"));
    settings.open = false;
  });

  it("brings what a model writes", async () => {
    studio.addProject("A", "en");
    await start.open();
    await library.createDocument("news");
    await takes.generate({ task: "draft" });
    await vi.waitFor(() => expect(takes.list[0]?.status).toBe("done"), 4000);
    expect(takes.list[0]?.text).toContain("ferry");
  });
});
