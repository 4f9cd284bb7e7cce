import { describe, expect, it } from "vitest";
import { sources } from "../../test/sources";
import { fill, number, speak, t } from "./index.svelte";
import { type Sentences, sentences } from "./messages";
import { errorText } from "./shared";

const LANGUAGES = ["en", "zh-CN"] as const;
const [en, zh] = LANGUAGES.map((language) => sentences(language)) as [Sentences, Sentences];
const messages = { en: en.messages, "zh-CN": zh.messages };
const holes = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, n]) => n).sort();
const base = (key: string) => key.replace(/_one$/, "");

/** Keys that the sources name: whole ones, and the fixed ends of those that are put together. */
function named() {
  const whole = new Set<string>();
  const ends: RegExp[] = [];
  for (const { text } of sources(/\.(svelte|ts)$/)) {
    for (const [, key] of text.matchAll(/["'`]([a-z]+\.[a-z0-9_]+)["'`]/g)) whole.add(key ?? "");
    for (const [, template] of text.matchAll(/`([a-z]+\.[a-z0-9_]*\$\{[^`]*)`/g)) {
      const pattern = (template ?? "")
        .split(/\$\{[^}]*\}/)
        .map((part) => part.replace(".", "\\."))
        .join("[a-z0-9_]+");
      ends.push(new RegExp(`^${pattern}$`));
    }
  }
  return { whole, ends };
}

describe("locale files", () => {
  it("have the same sentences in both languages", () => {
    // Chinese has one form for all counts.
    const keys = (language: "en" | "zh-CN") =>
      Object.keys(messages[language]).filter((key) => !key.endsWith("_one"));
    expect(keys("zh-CN").sort()).toEqual(keys("en").sort());
  });

  it("have no empty sentence, and the same holes", () => {
    for (const [key, sentence] of Object.entries(messages.en)) {
      expect(sentence.trim(), key).not.toBe("");
      const other = (messages["zh-CN"] as Record<string, string>)[key];
      if (other === undefined) continue;
      expect(other.trim(), key).not.toBe("");
      if (!key.endsWith("_one")) expect(holes(other), key).toEqual(holes(sentence));
    }
  });

  it("say every singular of something that has a plural", () => {
    for (const key of Object.keys(messages.en).filter((k) => k.endsWith("_one")))
      expect(Object.keys(messages.en), key).toContain(base(key));
  });

  it("hold nothing that is not used", () => {
    const { whole, ends } = named();
    const unused = Object.keys(messages.en).filter(
      (key) => !whole.has(base(key)) && !ends.some((end) => end.test(base(key))),
    );
    expect(unused).toEqual([]);
  });

  it("hold everything that is asked for", () => {
    const files = new Set(Object.keys(messages.en).map((key) => key.split(".")[0]));
    const asked = sources(/\.(svelte|ts)$/).flatMap(({ text }) =>
      [...text.matchAll(/\bt\(\s*["'`]([a-z]+\.[a-z0-9_]+)["'`]/g)].map(([, key]) => key ?? ""),
    );
    expect(asked.length).toBeGreaterThan(100);
    const missing = asked.filter((key) => files.has(key.split(".")[0]) && !(key in messages.en));
    expect(missing).toEqual([]);
    for (const end of named().ends)
      expect(
        Object.keys(messages.en).some((key) => end.test(key)),
        String(end),
      ).toBe(true);
  });

  it("have a sentence and a hint for each error, in both languages", () => {
    expect(Object.keys(en.errors).length).toBeGreaterThan(10);
    expect(Object.keys(zh.errors).sort()).toEqual(Object.keys(en.errors).sort());
    for (const [code, { message, hint }] of Object.entries(en.errors)) {
      const other = zh.errors[code];
      expect(message && other?.message, code).toBeTruthy();
      expect(holes(other?.message ?? ""), code).toEqual(holes(message));
      expect(holes(other?.hint ?? ""), code).toEqual(holes(hint));
    }
  });

  it("have a sentence for each check, in both languages", () => {
    expect(Object.keys(zh.checks).sort()).toEqual(Object.keys(en.checks).sort());
    for (const [rule, sentence] of Object.entries(en.checks))
      expect(holes(zh.checks[rule] ?? ""), rule).toEqual(holes(sentence));
  });
});

describe("sentences", () => {
  it("speak the language of the window, and follow its change", () => {
    speak("en");
    expect(t("window.close")).toBe("Close");
    expect(document.documentElement.lang).toBe("en");
    speak("zh-CN");
    expect(t("window.close")).toBe("关闭");
    expect(document.documentElement.lang).toBe("zh-CN");
    speak("en");
  });

  it("count", () => {
    expect(t("status.words", { count: 1 })).toBe("One word");
    expect(t("status.words", { count: 2 })).toBe("2 words");
    expect(t("status.words", { count: number(21200) })).toBe("21,200 words");
  });

  it("fill holes once, with whatever the values are", () => {
    expect(fill("{a} and {b}", { a: "{b}", b: "$&" })).toBe("{b} and $&");
    expect(fill("{a}!", {})).toBe("!");
  });

  it("have words for an error nobody foresaw", () => {
    const said = errorText({ code: "no_such_code", values: {}, detail: null }, "en");
    expect(said.message).toBe(t("notices.unknown"));
  });
});
