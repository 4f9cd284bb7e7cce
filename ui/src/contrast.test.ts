import { describe, expect, it } from "vitest";
import { sources } from "../test/sources";

/** Grounds that only lend depth: without them nothing is unsaid. */
const DEPTH =
  /^(none|transparent|white|var\(--(paper|panel|raised|sunken|hover|veil|action-hover)\)|(Highlight|ButtonText) !important)$/;

/** What contrast.css says with lines, whoever it is: what is chosen, put in, taken out, meant. */
const LINES =
  /\[aria-(selected|pressed|current|checked)="true"\]|(^|\s|\.)(ins|del|mark)$|:has\(:checked\)|^\.ink-(from|swatch)-|::-webkit-progress-value$/;

/** Labels of a choice, which are outlined while it is made. */
const CHOICES = new Set([
  "features/merge/Conflict.svelte .chosen",
  "desks/screenplay/board/SheetDialog.svelte .choice.chosen",
]);

/** What else says it, where no rule for many does. */
const ELSE: Record<string, string> = {
  "parts/Button.svelte .primary": "its border",
  "parts/Button.svelte .danger:hover": "nothing but the pointer",
  "styles/base.css ::selection": "the system's own selection",
  "styles/editor.css .cm-editor .cm-selectionBackground, .cm-editor.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground":
    "a rule of contrast.css",
  "styles/editor.css .ink-fn-aside": "a rule of contrast.css",
  "styles/editor.css .ink-replaced": "a line through it",
  "styles/modes.css .cm-editor .cm-searchMatch": "a rule of contrast.css",
  "styles/modes.css .cm-editor .cm-searchMatch.cm-searchMatch-selected": "a rule of contrast.css",
  "styles/modes.css .cm-editor .ink-comment": "its border",
  "styles/modes.css .cm-editor .ink-comment-new": "its border",
  "styles/print.css html, body": "paper has its own",
  "views/Frame.svelte .skips button": "its words",
  "views/StatusLine.svelte .dot": "the words beside it",
  "desks/screenplay/Board.svelte .chosen": "its words",
  "desks/screenplay/Board.svelte .mark": "its words",
  "desks/screenplay/Board.svelte .here::before": "it keeps its colour",
  "desks/screenplay/board/Card.svelte .chosen": "a rule of contrast.css",
  "desks/screenplay/board/Card.svelte .mark": "its words",
  "desks/screenplay/board/CardMenu.svelte .colors button::before": "its button keeps its colour",
  "desks/screenplay/story/Scenes.svelte .mark": "its words",
  "desks/screenplay/story/StageHead.svelte .badge": "its words",
  "features/assistant/Budget.svelte .bar span": "a rule of contrast.css",
  "features/compare/Blocks.svelte .here": "its words",
  "features/compare/Blocks.svelte .moved": "its words",
  "features/depot/Get.svelte .confirm": "its words",
  "features/desk/Checks.svelte h3::before": "the words beside it",
  "features/desk/DeskPanel.svelte .count": "its words",
  "features/desk/HistoryRow.svelte .open .row": "what is open below it",
  "features/merge/Merge.svelte .mine": "a rule of contrast.css",
  "features/merge/Merge.svelte .theirs": "a rule of contrast.css",
  "features/notices/Problem.svelte .problem": "its words",
  "features/pages/Fonts.svelte .missing": "its words",
  "features/place/Inside.svelte .ask": "its words",
  "features/place/LibraryPage.svelte .reading": "its words",
  "features/place/ReadingBanner.svelte .banner": "its words",
  "features/takes/Doubts.svelte .word": "a rule of contrast.css",
  "features/takes/MixDialog.svelte .passage.on": "it is pressed, and outlined for it",
  "features/takes/Card.svelte .card": "its border",
  "features/takes/Card.svelte .bar": "the card's border",
};

/** Each ground that says something, by file and selector. */
function grounds(path: string, text: string): string[] {
  const css = path.endsWith(".css") ? text : (/<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? "");
  const found: string[] = [];
  const rules = css.replace(/\/\*[\s\S]*?\*\//g, "").matchAll(/([^{}]+)\{([^{}]*)\}/g);
  for (const [, selectors = "", body = ""] of rules) {
    const ground = /(?:^|[;\s])background(?:-color)?:\s*([^;]+);/.exec(body)?.[1];
    const selector = selectors.trim().replace(/\s+/g, " ");
    if (ground && !DEPTH.test(ground)) found.push(`${path} ${selector}`);
  }
  return found;
}

/** Whether the elements of a selector's class keep their colour. */
function keepsColour(where: string, text: string): boolean {
  const [, name] = /^\S+ \.([\w-]+)(\.[\w-]+)?$/.exec(where) ?? [];
  if (!name) return false;
  const markup = text.replace(/<style>[\s\S]*<\/style>/, "");
  const tags = [...markup.matchAll(/<[a-z]+\b(?:[^<>"{}]|"[^"]*"|\{(?:[^{}]|\{[^{}]*\})*\})*>/g)];
  const painted = tags.map(([tag]) => tag).filter((tag) => /\bdata-paint\b/.test(tag));
  // A name that comes from a value is one of its words.
  return painted.some((tag) => /class=\{/.test(tag) || new RegExp(`"${name}"`).test(tag));
}

const files = sources(/\.(svelte|css)$/).filter(({ path }) => path !== "styles/contrast.css");

describe("a system that paints with its own colours", () => {
  it("finds what every ground says said otherwise", () => {
    const all = files.flatMap(({ path, text }) =>
      grounds(path, text).map((where) => ({ where, text })),
    );
    expect(all.length).toBeGreaterThan(60);
    const unsaid = all.filter(({ where, text }) => {
      const selectors = where.slice(where.indexOf(" ") + 1).split(", ");
      const lined = selectors.every((selector) => LINES.test(selector));
      return !lined && !CHOICES.has(where) && !(where in ELSE) && !keepsColour(where, text);
    });
    expect(unsaid.map(({ where }) => where)).toEqual([]);
    const there = new Set(all.map(({ where }) => where));
    expect([...CHOICES, ...Object.keys(ELSE)].filter((where) => !there.has(where))).toEqual([]);
  });

  it("would notice a ground that alone says something", () => {
    const text = '<i class="new"></i><style>.new { background: var(--accent); }</style>';
    expect(grounds("x.svelte", text)).toEqual(["x.svelte .new"]);
    expect(keepsColour("x.svelte .new", text)).toBe(false);
    expect(keepsColour("x.svelte .new", text.replace("class", "data-paint class"))).toBe(true);
  });

  it("has the rules that the others count on", () => {
    const css = files.length && sources(/^contrast\.css$/)[0]?.text;
    const forced = /@media \(forced-colors: active\) \{([\s\S]*)\n\}/.exec(css || "")?.[1] ?? "";
    for (const rule of [
      /\[aria-selected="true"\],[\s\S]*?\[aria-pressed="true"\],[\s\S]*?\[aria-checked="true"\],[\s\S]*?\[aria-current="true"\],[\s\S]*?:has\(> input:checked\) \{\s*outline: 2px solid Highlight/,
      /:focus-visible \{\s*outline: 3px solid Highlight/,
      /ins \{\s*text-decoration: underline/,
      /del \{\s*text-decoration: line-through/,
      /mark,\s*\[data-written\] \{\s*outline/,
      /\[data-chosen\] \{\s*outline/,
      /\[data-paint\] \{\s*forced-color-adjust: none/,
      /\[data-paint="meter"\] \{\s*background: Highlight/,
      /progress::-webkit-progress-value \{\s*background: Highlight/,
      /\.cm-selectionBackground \{\s*background: Highlight/,
      /\.cm-searchMatch \{\s*outline/,
      /\.ink-fn-aside \{\s*outline/,
      /\.button \{\s*border-color: ButtonText/,
    ])
      expect(forced).toMatch(rule);
  });
});
