import { parse } from "svelte/compiler";
import { describe, expect, it } from "vitest";
import { sources } from "../test/sources";
import { TESTIDS } from "./views/testids";

/** Attributes that a person reads or hears. */
const READ = new Set([
  "title",
  "aria-label",
  "placeholder",
  "alt",
  "label",
  "tip",
  "hint",
  "about",
]);

interface Node {
  type?: string;
  name?: string;
  data?: string;
  value?: unknown;
  [key: string]: unknown;
}

/** All texts in a component's markup that a person would read. */
function texts(source: string): string[] {
  const found: string[] = [];
  const visit = (node: unknown, read: boolean) => {
    if (Array.isArray(node)) for (const child of node) visit(child, read);
    else if (typeof node === "object" && node !== null) {
      const { type, name, data } = node as Node;
      if (type === "Text" && read && typeof data === "string" && /\p{L}/u.test(data))
        found.push(data.trim());
      const isRead = type === "Attribute" ? READ.has(name ?? "") : read;
      for (const [key, value] of Object.entries(node))
        if (key !== "metadata" && key !== "parent") visit(value, isRead);
    }
  };
  visit(parse(source, { modern: true }).fragment, true);
  return found;
}

describe("the house of the window", () => {
  it("keeps every word in the locale files", () => {
    expect(texts('<p title="Hi">{a} there</p><p class="x">·</p>')).toEqual(["Hi", "there"]);
    const components = sources(/\.svelte$/);
    expect(components.length).toBeGreaterThan(30);
    const spoken = components.flatMap(({ path, text }) => texts(text).map((word) => [path, word]));
    expect(spoken).toEqual([]);
    // All components are parsed, which takes a busy machine a while.
  }, 30_000);

  it("holds no Chinese or long English sentence in scripts either", () => {
    const spoken = sources(/\.(svelte|ts)$/)
      .filter(({ path }) => !path.startsWith("editor/"))
      .flatMap(({ path, text }) =>
        text
          .replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$|<!--[\s\S]*?-->|<style>[\s\S]*?<\/style>/gm, "")
          .split("\n")
          .filter((line) => /["'`][^"'`]*\p{Script=Han}/u.test(line))
          .map((line) => [path, line.trim()]),
      );
    expect(spoken).toEqual([]);
  });

  it("reaches the shell through the host alone", () => {
    const strangers = sources(/\.(svelte|ts)$/).filter(
      ({ path, text }) => /@tauri-apps\//.test(text) && path !== "host/tauri.ts",
    );
    expect(strangers.map(({ path }) => path)).toEqual([]);
  });

  it("keeps the parts free of the domain", () => {
    const strangers = sources(/\.(svelte|ts)$/).filter(
      ({ path, text }) => path.startsWith("parts/") && /from "\.\.\/(?!parts)/.test(text),
    );
    expect(strangers.map(({ path }) => path)).toEqual([]);
  });

  it("colours with tokens alone", () => {
    const painted = sources(/\.(svelte|css)$/)
      .filter(({ path }) => path !== "styles/tokens.css")
      .flatMap(({ path, text }) =>
        [...text.matchAll(/:[^;{}]*#[0-9a-f]{3,8}\b/gi)].map(([rule]) => [path, rule]),
      );
    expect(painted).toEqual([]);
  });

  it("moves nothing without end but in steps", () => {
    const endless = sources(/\.(svelte|css)$/).flatMap(({ path, text }) =>
      [...text.matchAll(/animation[^;{}]*\binfinite\b[^;{}]*/g)].map(([rule]) => ({ path, rule })),
    );
    expect(endless.length).toBeGreaterThan(0);
    // Each smooth picture takes time from keys and from a model that writes.
    expect(endless.filter(({ rule }) => !/\bsteps\(/.test(rule))).toEqual([]);
  });

  it("has the same dark twice", () => {
    const css = sources(/^tokens\.css$/)[0]?.text ?? "";
    const rules = (from: string) => {
      const start = css.indexOf("{", css.indexOf(from));
      return [...css.slice(start, css.indexOf("}", start)).matchAll(/--[\w-]+: [^;]+;/g)].map(
        ([rule]) => rule,
      );
    };
    const dark = rules(':root[data-theme="dark"]');
    expect(dark.length).toBeGreaterThan(20);
    expect(rules(":root:not([data-theme])")).toEqual(dark);
  });

  it("has no file that is too long to read", () => {
    const long = sources(/\.(svelte|ts|css)$/).filter(({ text }) => text.split("\n").length > 600);
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});

describe("names for tests", () => {
  const attribute =
    /(?:(?<!\[)data-testid|\btestid)(?:="([^"]*)"|=\{`([^`]*)`\}|"?: (?:"([^"]*)"|`([^`]*)`))/g;
  const used = sources(/\.(svelte|ts)$/)
    .filter(({ path }) => !path.startsWith("views/testids") && !path.startsWith("parts/"))
    .flatMap(({ path, text }) =>
      [...text.matchAll(attribute)].map((match) => {
        const name = match
          .slice(1)
          .join("")
          .replace(/\$?\{[^}]*\}/g, "*");
        return { path, name };
      }),
    );
  const pattern = (name: string) => new RegExp(`^${name.replaceAll("*", "[\\w*-]+")}$`);
  const alike = (a: string, b: string) => pattern(a).test(b) || pattern(b).test(a);

  it("are all in the table", () => {
    expect(used.length).toBeGreaterThan(80);
    const unknown = used.filter(({ name }) => !TESTIDS.some((one) => alike(one, name)));
    expect(unknown).toEqual([]);
  });

  it("of the table are all somewhere", () => {
    const lost = TESTIDS.filter((name) => !used.some((one) => alike(one.name, name)));
    expect(lost).toEqual([]);
  });
});
