import { history, undo } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ChineseQuotes, DocumentKind, Language } from "../wire/bindings";
import { kindFacet, layout } from "./layout";
import { punctuation, smartPunctuation } from "./punctuation";

let view: EditorView | undefined;
afterEach(() => view?.destroy());

interface Given {
  doc?: string;
  kind?: DocumentKind;
  language?: Language;
  quotes?: ChineseQuotes;
  on?: boolean;
}

function open({ doc = "", kind = "news", language = "en", quotes = "curly", on = true }: Given) {
  view = new EditorView({
    state: EditorState.create({
      doc,
      selection: { anchor: doc.length },
      extensions: [
        kindFacet.of(kind),
        layout,
        history(),
        punctuation.of({ on, language, chineseQuotes: quotes }),
        smartPunctuation,
      ],
    }),
    parent: document.body,
  });
  return view;
}

/** Types as an editor takes in what a browser reports. */
function type(editor: EditorView, text: string) {
  for (const sign of text) {
    const at = editor.state.selection.main.head;
    const insert = () =>
      editor.state.update({
        changes: { from: at, insert: sign },
        selection: { anchor: at + sign.length },
        userEvent: "input.type",
      });
    const handled = editor.state
      .facet(EditorView.inputHandler)
      .some((handler) => handler(editor, at, at, sign, insert));
    if (!handled) editor.dispatch(insert());
  }
  return editor.state.doc.toString();
}

const typed = (text: string, given: Given = {}) => {
  view?.destroy();
  return type(open(given), text);
};

describe("punctuation", () => {
  it("is that of English print", () => {
    expect(typed(`"It's late," she said -- 'so' ("now") ... don't --- the '90s.`)).toBe(
      "“It’s late,” she said – ‘so’ (“now”) … don’t — the ’90s.",
    );
  });

  it("is that of Chinese print, with the quotes one likes", () => {
    const said = `他说"走'吧'"--然后...<<雨夜>>，it's`;
    expect(typed(said, { language: "zh-CN" })).toBe("他说“走‘吧’”——然后……《雨夜》，it’s");
    expect(typed(said, { language: "zh-CN", quotes: "corner" })).toBe(
      "他说「走『吧』」——然后……《雨夜》，it’s",
    );
    expect(typed("“好”", { language: "zh-CN", quotes: "corner" })).toBe("「好」");
  });

  it("leaves code, addresses, rules and tags alone", () => {
    for (const text of [
      '`a "b" -- c`',
      'https://x.org/a--b"c',
      "[a](b--c",
      "---",
      '<a href="x">',
      '    print("x")',
      "| --- | --- |",
    ])
      expect(typed(text)).toBe(text);
    expect(typed('"x"', { doc: "```\n" })).toBe('```\n"x"');
    expect(typed('"x"', { doc: "```\n```\n" })).toBe("```\n```\n“x”");
    expect(typed('`a` "b"')).toBe("`a` “b”");
  });

  it("changes no meaning of a script", () => {
    const script = (doc: string, text: string, language: Language = "en") =>
      typed(text, { doc, kind: "screenplay", language });
    expect(script("INT. HUT - DAY\n\nRain", ' -- "now"...')).toBe(
      "INT. HUT - DAY\n\nRain -- “now”...",
    );
    expect(script('INT. "HUT\n\nRain.\n\nINT. HUT', "'S")).toContain("INT. HUT'S");
    expect(script("", "...")).toBe("...");
    expect(script("INT. HUT - DAY\n\nRain [[a", '"')).toContain('[[a"');
    expect(script(".内景 夜\n\n雨", '--"走"...', "zh-CN")).toBe(".内景 夜\n\n雨——“走”……");
  });

  it("is taken back by one undo, and stays so", () => {
    const editor = open({});
    type(editor, 'a "');
    expect(editor.state.doc.toString()).toBe("a “");
    undo(editor);
    expect(editor.state.doc.toString()).toBe('a "');
    expect(type(editor, "b -")).toBe('a "b -');
    expect(type(editor, "-")).toBe('a "b –');
    undo(editor);
    expect(type(editor, "- c")).toBe('a "b --- c');
  });

  it("stays out of a composition, of what is read only, and of who does not want it", () => {
    expect(typed('"x" --', { on: false })).toBe('"x" --');
    const editor = open({});
    vi.spyOn(editor, "compositionStarted", "get").mockReturnValue(true);
    expect(type(editor, '"')).toBe('"');
  });
});
