import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import App from "./App.svelte";
import { library } from "./features/library/library.svelte";
import { search } from "./features/library/search.svelte";
import { notices } from "./features/notices/notices.svelte";
import { settings } from "./features/settings/settings.svelte";
import { writing } from "./features/writing/writing.svelte";
import { useHost } from "./host";
import { StubStudio, stubHost } from "./host/stub";
import { fail } from "./host/stub/given";
import { STATES } from "./host/stub/samples";
import { everything } from "./parts/later.svelte";
import { frame } from "./views/frame.svelte";
import { start } from "./views/start.svelte";

let studio: StubStudio;

/** Opens a window on a studio. */
async function window_(state: string, prepare: (studio: StubStudio) => void = () => undefined) {
  studio = new StubStudio();
  studio.language = "en";
  studio.pace = 1;
  STATES[state]?.(studio);
  prepare(studio);
  useHost(stubHost(studio));
  render(App);
  await waitFor(() => expect(screen.queryByTestId("opening")).toBeNull());
  await waitFor(() => expect(frame.made.desk || start.state === "failed").toBe(true));
}

const key = (name: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.body, { key: name, ...more });
const click = (testid: string) => fireEvent.click(screen.getByTestId(testid));
const texts = (testid: string) => screen.queryAllByTestId(testid).map((e) => e.textContent?.trim());

beforeAll(everything);

beforeEach(async () => {
  await writing.close();
  library.projects = [];
  library.projectId = null;
  library.documents = [];
  library.bin = null;
  search.set("");
  notices.list = [];
  settings.open = false;
  frame.wide = { library: true, desk: true };
  frame.drawer = null;
  frame.beginning = false;
});

describe("the window", () => {
  it("leads from the first start to a page in one click", async () => {
    await window_("empty");
    expect(screen.getByTestId("welcome-starter").textContent).toContain("small model");
    await click("new-news");
    await waitFor(() => expect(texts("document-item")).toEqual(["Untitled article"]));
    expect(screen.queryByTestId("welcome")).toBeNull();
    expect(screen.getByTestId("editor")).toBeTruthy();
    expect(screen.getByTestId("status-saved").dataset.state).toBe("saved");
    expect(screen.getByTestId("status-model").dataset.where).toBe("local");
  });

  it("has the landmarks that a screen reader walks by", async () => {
    await window_("work");
    expect(screen.getByRole("main", { name: "Text" })).toBeTruthy();
    expect(screen.getByRole("complementary", { name: "Library" })).toBeTruthy();
    expect(screen.getByRole("complementary", { name: "Desk" })).toBeTruthy();
    expect(screen.getByRole("contentinfo", { name: "Status" })).toBeTruthy();
    expect(screen.getAllByRole("status").length).toBeGreaterThan(0);
  });

  it("says why a library cannot be opened, and tries again", async () => {
    await window_("work", (s) => {
      s.broken.app_state = fail("in_use");
    });
    expect(screen.getByTestId("not-opened-message").textContent).toContain("another");
    studio.broken = {};
    await click("try-again");
    await waitFor(() => expect(screen.getByTestId("frame")).toBeTruthy());
  });

  it("changes its language while it runs", async () => {
    await window_("work");
    await key(",", { ctrlKey: true });
    await click("language-zh-CN");
    await waitFor(() => expect(screen.getByTestId("status-saved").textContent).toContain("已保存"));
    expect(studio.language).toBe("zh-CN");
    expect(texts("draft-item")).toContain("主稿");
    await click("language-en");
    await waitFor(() => expect(screen.getByTestId("status-saved").textContent).toContain("Saved"));
  });

  it("changes its colours", async () => {
    await window_("work");
    await click("open-settings");
    await click("theme-dark");
    expect(document.documentElement.dataset.theme).toBe("dark");
    expect(studio.theme).toBe("dark");
    await click("theme-system");
    expect(document.documentElement.dataset.theme).toBeUndefined();
  });

  it("lists what left the machine", async () => {
    await window_("work");
    await click("open-settings");
    await click("settings-ledger");
    await waitFor(() => expect(screen.getAllByTestId("ledger-entry")).toHaveLength(3));
    const [first] = screen.getAllByTestId("ledger-entry");
    expect(first?.textContent).toContain("fridge.local:11434");
    expect(first?.textContent).toContain("2,210 bytes");
  });

  it("keeps house rules", async () => {
    await window_("work");
    await click("open-settings");
    await click("settings-rules");
    await fireEvent.input(screen.getByTestId("house-rules"), { target: { value: "game-changer" } });
    await click("settings-general");
    await waitFor(() => expect(studio.projects[0]?.house_rules).toBe("game-changer"));
  });

  it("asks before a locked project uses a server", async () => {
    await window_("work", (s) => {
      const [first] = s.projects;
      if (first) first.privacy = "local_only";
    });
    expect(screen.getByTestId("project-lock")).toBeTruthy();
    await click("status-model");
    const server = screen.getAllByTestId("model-item").find((e) => e.dataset.model === "server-1");
    if (server) await fireEvent.click(server);
    await waitFor(() => expect(screen.getByTestId("allow-dialog")).toBeTruthy());
    expect(studio.called).not.toContain("choose_model");
    await click("allow");
    await waitFor(() => expect(screen.getByTestId("status-model").dataset.where).toBe("remote"));
    expect(screen.queryByTestId("project-lock")).toBeNull();
  });

  it("adds a server with a model that it offers", async () => {
    await window_("work");
    await click("status-model");
    await click("add-server");
    const url = screen.getByTestId("server-url");
    await fireEvent.input(url, { target: { value: "http://localhost:11434/v1" } });
    await click("server-list");
    await waitFor(() => expect(screen.getAllByTestId("server-offered")).toHaveLength(3));
    await fireEvent.click(screen.getByText("llama3.3:70b"));
    await click("server-add");
    await waitFor(() =>
      expect(screen.getByTestId("status-model").textContent).toContain("llama3.3:70b"),
    );
  });

  it("takes another key for a server, and clears it", async () => {
    await window_("work");
    const hasKey = () => {
      const source = studio.models.find(({ id }) => id === "server-1")?.source;
      return source?.kind === "server" && source.key !== null;
    };
    await click("status-model");
    await click("model-key");
    await fireEvent.input(screen.getByTestId("key-field"), { target: { value: "sk-1" } });
    await click("key-save");
    await waitFor(() => expect(screen.queryByTestId("key-field")).toBeNull());
    expect(hasKey()).toBe(true);
    expect(screen.getByTestId("shelf").textContent).not.toContain("no key");
    await click("model-key");
    await click("key-remove");
    await waitFor(() => expect(hasKey()).toBe(false));
  });

  it("closes a popover when it is left", async () => {
    await window_("work");
    await click("status-model");
    await fireEvent.focusOut(screen.getByTestId("add-server"), {
      relatedTarget: screen.getByTestId("open-settings"),
    });
    expect(screen.queryByTestId("model-popover")).toBeNull();
  });

  it("saves a version by key", async () => {
    await window_("work");
    await key("s", { ctrlKey: true });
    await waitFor(() => expect(screen.getByTestId("notice-note").textContent).toContain("Version"));
    const draft = studio.drafts.get(writing.draftId ?? "");
    expect(draft?.nodes.at(-1)).toMatchObject({ label: "named" });
  });

  it("shows what is wrong with a model file in the form", async () => {
    await window_("work");
    await click("status-model");
    await click("add-file");
    await fireEvent.input(screen.getByTestId("model-path"), { target: { value: "/notes.txt" } });
    await click("model-add");
    await waitFor(() => expect(screen.getByTestId("model-problem").textContent).toContain("GGUF"));
    expect(screen.queryByTestId("notices")).toBeNull();
  });

  it("finds texts, and opens a hit in another project", async () => {
    await window_("work");
    await fireEvent.input(screen.getByTestId("search"), { target: { value: "lighthouse" } });
    await waitFor(() => expect(screen.getAllByTestId("search-hit")).toHaveLength(1));
    await click("search-hit");
    await waitFor(() => expect(library.project?.name).toBe("The Keeper"));
    await waitFor(() => expect(writing.document?.kind).toBe("screenplay"));
  });

  it("renames, moves to the bin and puts back", async () => {
    await window_("work");
    const rows = screen.getAllByTestId("document-menu");
    const at = texts("document-item").indexOf("Bakery on Pier Street");
    const menu = rows[at];
    if (!menu) throw new Error("no menu");
    await fireEvent.click(menu);
    await click("rename");
    const field = screen.getByTestId("document-name");
    await fireEvent.input(field, { target: { value: "Bread" } });
    await fireEvent.keyDown(field, { key: "Enter" });
    await waitFor(() => expect(texts("document-item")).toContain("Bread"));

    const again = screen.getAllByTestId("document-menu")[texts("document-item").indexOf("Bread")];
    if (again) await fireEvent.click(again);
    await click("delete");
    await waitFor(() => expect(texts("document-item")).not.toContain("Bread"));
    await click("open-bin");
    const bin = await screen.findByTestId("bin");
    const row = within(bin)
      .getAllByTestId("bin-item")
      .find((item) => item.textContent?.includes("Bread"));
    if (row) await fireEvent.click(within(row).getByTestId("put-back"));
    await click("bin-back");
    await waitFor(() => expect(texts("document-item")).toContain("Bread"));
  });

  it("makes and names projects", async () => {
    await window_("work");
    await click("projects");
    await click("new-project");
    const field = screen.getByTestId("project-name");
    await fireEvent.input(field, { target: { value: "Spring" } });
    await fireEvent.keyDown(field, { key: "Enter" });
    await waitFor(() => expect(library.project?.name).toBe("Spring"));
    expect(screen.getByTestId("empty-project")).toBeTruthy();
  });

  it("shows a model at work, and stops it", async () => {
    await window_("work", (s) => {
      s.pace = 20;
    });
    await key("Enter", { ctrlKey: true });
    const stop = await screen.findByTestId("status-stop");
    expect(screen.getByTestId("live-status").textContent).not.toBe("");
    await fireEvent.click(stop);
    await waitFor(() => expect(screen.queryByTestId("status-stop")).toBeNull());
    expect(screen.getByTestId("live-said").textContent).toContain("Stopped");
  });

  it("shows and hides its panels by key", async () => {
    await window_("work");
    const desk = () => document.querySelector<HTMLElement>("[data-region='desk']");
    expect(desk()?.hidden).toBe(false);
    await key("|", { ctrlKey: true, shiftKey: true, code: "Backslash" });
    expect(desk()?.hidden).toBe(true);
    await click("toggle-desk");
    expect(desk()?.hidden).toBe(false);
    await key("\\", { ctrlKey: true, code: "Backslash" });
    expect(document.querySelector<HTMLElement>("[data-region='library']")?.hidden).toBe(true);
  });

  it("lays its panels over the text in a narrow window", async () => {
    await window_("work");
    frame.narrow = true;
    await waitFor(() =>
      expect(document.querySelector<HTMLElement>("[data-region='desk']")?.hidden).toBe(true),
    );
    await key("3", { ctrlKey: true });
    await waitFor(() =>
      expect(document.querySelector<HTMLElement>("[data-region='desk']")?.hidden).toBe(false),
    );
    expect(screen.getByRole("main", { hidden: true }).hasAttribute("inert")).toBe(true);
    await key("Escape");
    await waitFor(() =>
      expect(document.querySelector<HTMLElement>("[data-region='desk']")?.hidden).toBe(true),
    );
    frame.narrow = false;
  });

  it("says what went wrong, with a hint", async () => {
    await window_("work", (s) => {
      s.broken.set_theme = fail("disk_full", {}, "No space left on device");
    });
    await click("open-settings");
    await click("theme-dark");
    const notice = await screen.findByTestId("notice-error");
    expect(notice.textContent).toContain("disk is full");
    expect(notice.textContent).toContain("No space left on device");
    await click("notice-dismiss");
    expect(screen.queryByTestId("notices")).toBeNull();
  });
});
