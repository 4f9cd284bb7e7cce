import { type Extension, Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, keymap, WidgetType } from "@codemirror/view";

/** What is told of grey words at the caret. */
export interface AheadPorts {
  /** They are wanted: all of them, or the next word. */
  onTake(which: "all" | "word"): void;
  /** They are gone: something was typed, the caret went elsewhere, or Escape was pressed. */
  onGone(): void;
  /** Something was typed. Called at each key: it must do next to nothing. */
  onTyped(): void;
}

/** Shows words at the caret, or none. */
export const showAhead = StateEffect.define<string | null>();

interface Shown {
  at: number;
  text: string;
}

class Words extends WidgetType {
  constructor(readonly text: string) {
    super();
  }

  override eq(other: Words) {
    return other.text === this.text;
  }

  override toDOM() {
    const words = document.createElement("span");
    words.className = "ink-ahead";
    // They are no text: a screen reader hears them when they were asked for.
    words.setAttribute("aria-hidden", "true");
    words.textContent = this.text;
    return words;
  }
}

export const aheadField = StateField.define<Shown | null>({
  create: () => null,
  update(shown, transaction) {
    for (const effect of transaction.effects)
      if (effect.is(showAhead))
        return effect.value ? { at: transaction.newSelection.main.head, text: effect.value } : null;
    return transaction.docChanged || transaction.selection ? null : shown;
  },
  provide: (field) =>
    EditorView.decorations.from(field, (shown) =>
      shown
        ? Decoration.set(
            Decoration.widget({ widget: new Words(shown.text), side: 1 }).range(shown.at),
          )
        : Decoration.none,
    ),
});

const LETTER = /[\p{L}\p{N}]/u;

/** The first word of a text, with the space before it and the marks that cling to it. */
export function firstWord(text: string, language: string): string {
  let end = 0;
  let found = false;
  for (const { segment, index, isWordLike } of new Intl.Segmenter(language, {
    granularity: "word",
  }).segment(text)) {
    const word = isWordLike ?? LETTER.test(segment);
    if (found && (word || /^\s/.test(segment))) break;
    found ||= word;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

/** Grey words at the caret: Tab takes them, Ctrl+Right a word of them, everything else drops them. */
export function ahead(ports: AheadPorts): Extension {
  const shown = (view: EditorView) => view.state.field(aheadField, false);
  const take = (which: "all" | "word") => (view: EditorView) => {
    if (!shown(view) || view.composing || view.compositionStarted) return false;
    ports.onTake(which);
    return true;
  };
  return [
    aheadField,
    Prec.highest(
      keymap.of([
        { key: "Tab", run: take("all") },
        { key: "Ctrl-ArrowRight", mac: "Alt-ArrowRight", run: take("word") },
        {
          key: "Escape",
          run: (view) => {
            if (!shown(view)) return false;
            view.dispatch({ effects: showAhead.of(null) });
            return true;
          },
          stopPropagation: true,
        },
      ]),
    ),
    EditorView.updateListener.of((update) => {
      const before = update.startState.field(aheadField, false);
      if (before && !update.state.field(aheadField)) ports.onGone();
      if (update.docChanged && update.transactions.some((one) => one.isUserEvent("input.type")))
        ports.onTyped();
    }),
    EditorView.domEventHandlers({
      compositionstart: (_, view) => {
        if (shown(view)) view.dispatch({ effects: showAhead.of(null) });
        return false;
      },
      blur: (_, view) => {
        if (shown(view)) view.dispatch({ effects: showAhead.of(null) });
        return false;
      },
    }),
  ];
}
