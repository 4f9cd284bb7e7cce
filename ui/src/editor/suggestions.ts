import { type Extension, type Range, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";

/** A place in the text where a suggestion stands. */
export interface Anchor {
  /** Batch that stands there. */
  id: string;
  from: number;
  to: number;
}

/** Puts something that shows a batch into an element; gives back how to take it out again. */
export type ShowSuggestion = (id: string, into: HTMLElement) => () => void;

export const setAnchors = StateEffect.define<Anchor[]>();

class Card extends WidgetType {
  constructor(
    readonly id: string,
    readonly show: ShowSuggestion,
  ) {
    super();
  }

  override eq(other: Card) {
    return other.id === this.id;
  }

  override get estimatedHeight() {
    return 180;
  }

  override toDOM(view: EditorView) {
    const element = document.createElement("div");
    element.className = "ink-suggestion";
    element.contentEditable = "false";
    const remove = this.show(this.id, element);
    const grown = new ResizeObserver(() => view.requestMeasure());
    grown.observe(element);
    away.set(element, () => {
      grown.disconnect();
      remove();
    });
    return element;
  }

  override destroy(element: HTMLElement) {
    away.get(element)?.();
    away.delete(element);
  }

  override ignoreEvent() {
    return true;
  }
}

const away = new WeakMap<HTMLElement, () => void>();

export const anchorField = StateField.define<Anchor[]>({
  create: () => [],
  update(anchors, transaction) {
    let next = anchors;
    if (transaction.docChanged && anchors.length) {
      next = anchors.map(({ id, from, to }) => {
        // Text typed at either edge stays outside of what would be replaced; a caret moves along.
        const empty = from === to;
        const start = transaction.changes.mapPos(from, 1);
        return { id, from: start, to: empty ? start : transaction.changes.mapPos(to, -1) };
      });
      next = next.map((a) => (a.to < a.from ? { ...a, to: a.from } : a));
    }
    for (const effect of transaction.effects) if (effect.is(setAnchors)) next = effect.value;
    return next;
  },
});

const struck = Decoration.mark({ class: "ink-replaced" });

/** Shows anchors: what would be replaced is tinted, the card stands beneath. */
export function suggestions(show: ShowSuggestion): Extension {
  const draw = StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update(drawn, transaction) {
      const anchors = transaction.state.field(anchorField);
      if (anchors === transaction.startState.field(anchorField, false)) return drawn;
      const { doc } = transaction.state;
      const ranges: Range<Decoration>[] = [];
      for (const { id, from, to } of anchors) {
        const end = Math.min(to, doc.length);
        if (from < end) ranges.push(struck.range(from, end));
        const line = doc.lineAt(end);
        // What would be put before a line stands above it, a headline say.
        const above = from === end && line.from === end && line.length > 0;
        const widget = new Card(id, show);
        const card = Decoration.widget({ widget, block: true, side: above ? -1 : 1 });
        ranges.push(card.range(above ? line.from : line.to));
      }
      return Decoration.set(ranges, true);
    },
    provide: (field) => EditorView.decorations.from(field),
  });
  return [anchorField, draw];
}
