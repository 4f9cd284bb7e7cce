import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fireEvent, render } from "@testing-library/svelte";
import { tick } from "svelte";
import { beforeAll, describe, expect, it } from "vitest";
import { notices } from "../features/notices/notices.svelte";
import { at, closedAfterEach, maybe, opened } from "../features/writing/opened";
import { writing } from "../features/writing/writing.svelte";
import { emptyBrief } from "../host/stub/given";
import { speak } from "../locales/index.svelte";
import { LONGEST_FIELD } from "../parts/capped";
import { everything } from "../parts/later.svelte";
import type { AdsBrief, DocumentKind, NewsBrief, ScreenplayBrief } from "../wire/bindings";
import { DESKS } from ".";
import { CHANNELS } from "./ads/channels";

const KINDS = Object.keys(DESKS) as DocumentKind[];
const HERE = dirname(fileURLToPath(import.meta.url));
const read = (path: string) => readFileSync(join(HERE, path), "utf8");

closedAfterEach();

beforeAll(everything);

describe("the registry", () => {
  it("has every kind of document that the studio has, and a folder for each", () => {
    const line = /export type DocumentKind = ([^;]+);/.exec(read("../wire/bindings.ts"))?.[1] ?? "";
    const kinds = [...line.matchAll(/"(\w+)"/g)].map(([, kind]) => kind).sort();
    expect(kinds.length).toBeGreaterThan(2);
    expect([...KINDS].sort()).toEqual(kinds);
    const folders = readdirSync(HERE, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
    expect(folders).toEqual(kinds);
  });

  it.each(KINDS)("knows the field without which %s cannot be written", (kind) => {
    const { need } = DESKS[kind];
    const brief = emptyBrief(kind, "en");
    expect(brief).toHaveProperty(need.field);
    expect(need.missing(brief)).toBe(true);
    expect(need.missing({ ...brief, [need.field]: "something" })).toBe(false);
  });
});

describe.each(KINDS)("the brief of %s", (kind) => {
  it.each(["en", "zh-CN"] as const)(
    "has a labelled field for each of its values (%s)",
    (language) => {
      speak(language);
      opened({ kind });
      render(DESKS[kind].Brief);
      // What is worked on at length stands in the Story view.
      const elsewhere = ["premise", "places", "props"];
      const fields = Object.keys(emptyBrief(kind, "en")).filter((f) => !elsewhere.includes(f));
      for (const field of fields) {
        const element = at(`brief-${field}`);
        const labelled =
          element.querySelector("legend, .label")?.textContent ??
          document.querySelector(`label[for="${element.id}"]`)?.textContent;
        expect(labelled?.trim(), field).toBeTruthy();
      }
    },
  );

  it("saves what is typed, and shows what was saved", async () => {
    const { field } = DESKS[kind].need;
    const { studio, draft } = opened({ kind });
    render(DESKS[kind].Brief);
    await fireEvent.input(at(`brief-${field}`), { target: { value: "A bakery" } });
    expect(writing.briefSaved).toBe(false);
    expect(await writing.flush()).toBe(true);
    expect(studio.brief(draft)).toMatchObject({ [field]: "A bakery" });
  });

  it("sets the language of the text", async () => {
    opened({ kind });
    render(DESKS[kind].Brief);
    await fireEvent.click(at("brief-language-zh-CN"));
    expect(writing.brief?.language).toBe("zh-CN");
    expect(writing.briefSaved).toBe(false);
  });

  it("cuts what is pasted without measure, and says so", async () => {
    const { field } = DESKS[kind].need;
    opened({ kind });
    render(DESKS[kind].Brief);
    const area = at(`brief-${field}`) as HTMLTextAreaElement;
    await fireEvent.input(area, { target: { value: "x".repeat(2_000_000) } });
    expect(area.value).toHaveLength(LONGEST_FIELD);
    expect(writing.brief).toMatchObject({ [field]: "x".repeat(LONGEST_FIELD) });
    expect(notices.list[0]).toMatchObject({ key: "notices.field_capped" });
  });
});

describe("lists of a brief", () => {
  const facts = () => (writing.brief as NewsBrief).facts;

  it("grow with Enter and shrink with Backspace", async () => {
    opened({ kind: "news" });
    render(DESKS.news.Brief);
    await fireEvent.input(at("brief-facts-1"), { target: { value: "Six weeks" } });
    await fireEvent.keyDown(at("brief-facts-1"), { key: "Enter" });
    expect(facts()).toEqual(["Six weeks", ""]);
    await fireEvent.keyDown(at("brief-facts-2"), { key: "Backspace" });
    expect(facts()).toEqual(["Six weeks"]);
    expect(maybe("brief-facts-2")).toBeNull();
  });

  it("do nothing while an input method composes", async () => {
    opened({ kind: "news", brief: { facts: ["一"] } });
    render(DESKS.news.Brief);
    await fireEvent.keyDown(at("brief-facts-1"), { key: "Enter", isComposing: true });
    await fireEvent.keyDown(at("brief-facts-1"), { key: "Enter", keyCode: 229 });
    expect(facts()).toEqual(["一"]);
  });

  it("take several pasted lines as several entries", async () => {
    opened({ kind: "news" });
    render(DESKS.news.Brief);
    const clipboardData = { getData: () => "- One\n- Two\n\n3. Three\n" };
    await fireEvent.paste(at("brief-facts-1"), { clipboardData });
    expect(facts()).toEqual(["One", "Two", "Three"]);
  });

  it("stop at the most that the studio takes", async () => {
    opened({ kind: "news" });
    render(DESKS.news.Brief);
    const clipboardData = { getData: () => "a line\n".repeat(5_000) };
    await fireEvent.paste(at("brief-facts-1"), { clipboardData });
    expect(facts().length).toBeLessThanOrEqual(200);
    expect(notices.list.at(-1)).toMatchObject({ key: "notices.list_capped" });
  });
});

describe("characters of a screenplay", () => {
  const characters = () => (writing.brief as ScreenplayBrief).characters;

  it("are a name and what is said of it", async () => {
    opened({ kind: "screenplay" });
    render(DESKS.screenplay.Brief);
    await fireEvent.input(at("brief-characters-1-name"), { target: { value: "Mara" } });
    await fireEvent.input(at("brief-characters-1-description"), { target: { value: "Tired" } });
    await fireEvent.click(at("brief-characters-add"));
    await fireEvent.input(at("brief-characters-2-name"), { target: { value: "Tom" } });
    expect(characters()).toMatchObject([
      { name: "Mara", description: "Tired", prompt: "auto" },
      { name: "Tom", description: "" },
    ]);
    await fireEvent.click(at("brief-characters-remove-1"));
    expect(characters()).toMatchObject([{ name: "Tom", description: "" }]);
  });
});

describe("channels", () => {
  it("are told with their limits", async () => {
    opened({ kind: "ads" });
    render(DESKS.ads.Brief);
    expect(at("channel-limits").textContent).toContain("30");
    await fireEvent.change(at("brief-channel"), { target: { value: "wechat_moments" } });
    await tick();
    expect((writing.brief as AdsBrief).channel).toBe("wechat_moments");
    expect(at("channel-limits").textContent).toContain("40");
  });

  it("have the studio's figures", () => {
    const rust = read("../../../src-tauri/crates/desks/src/channel.rs");
    const body = rust.slice(rust.indexOf("let fields = match self"));
    const snake = (name: string) => name.replace(/(?<!^)([A-Z])/g, "_$1").toLowerCase();
    const figures: Record<string, string[]> = {};
    for (const [, channel = "", fields = ""] of body.matchAll(/Self::(\w+) => ([\s\S]*?\]),?\n/g))
      figures[snake(channel)] = [...fields.matchAll(/(hard|soft)\((\w+), ([^)]*)\)/g)].map(
        ([, how, field = "", rest = ""]) => {
          const values = rest.split(", ");
          return `${how} ${snake(field)} ${how === "hard" ? values[2] : values[1]}`;
        },
      );
    expect(Object.keys(figures).sort()).toEqual(Object.keys(CHANNELS).sort());
    for (const [channel, spec] of Object.entries(CHANNELS)) {
      const ours = spec
        .limits("en")
        .filter(({ field }) => field !== "call_to_action")
        .map(({ field, limit, hard }) => `${hard ? "hard" : "soft"} ${field} ${limit}`);
      // TikTok's depends on the language, so it is a name there.
      const theirs = figures[channel]?.map((figure) => figure.replace(/ limit$/, " 100"));
      expect(ours, channel).toEqual(theirs);
    }
  });
});
