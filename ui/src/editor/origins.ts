import { type Extension, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  hoverTooltip,
  showTooltip,
  type Tooltip,
} from "@codemirror/view";
import type { SourceKind, SpanDto } from "../wire/bindings";

/** Puts what is known of a span into an element; gives back how to take it out again. */
export type ShowOrigin = (span: SpanDto, into: HTMLElement) => () => void;

/** Spans to tint; none switches the tint off. */
export const setOrigins = StateEffect.define<SpanDto[]>();

/** Shows or hides the card at the caret. */
export const setOriginCard = StateEffect.define<boolean>();

const MARKS = Object.fromEntries(
  (["pasted", "imported", "generated", "filled", "edited"] as const).map((kind) => [
    kind,
    Decoration.mark({ class: `ink-from ink-from-${kind}` }),
  ]),
) as Partial<Record<SourceKind, Decoration>>;

interface Origins {
  /** As the library has them, for the text that was then. */
  spans: SpanDto[];
  /** Where they stand now. */
  drawn: DecorationSet;
}

function drawn(spans: SpanDto[], length: number): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to, kind } of spans) {
    const mark = MARKS[kind];
    if (mark && from < to && to <= length) builder.add(from, to, mark);
  }
  return builder.finish();
}

const moved = (spans: SpanDto[], map: (at: number, side: -1 | 1) => number): SpanDto[] =>
  spans
    .map((span) => ({ ...span, from: map(span.from, 1), to: map(span.to, -1) }))
    .filter(({ from, to }) => from < to);

const originField = StateField.define<Origins>({
  create: () => ({ spans: [], drawn: Decoration.none }),
  update(origins, transaction) {
    let next = origins;
    if (transaction.docChanged && next.spans.length) {
      // What is typed meanwhile stands outside, until the library says where it came from.
      const { changes } = transaction;
      next = {
        spans: moved(next.spans, (at, side) => changes.mapPos(at, side)),
        drawn: next.drawn.map(changes),
      };
    }
    for (const effect of transaction.effects)
      if (effect.is(setOrigins))
        next = { spans: effect.value, drawn: drawn(effect.value, transaction.newDoc.length) };
    return next;
  },
  provide: (field) => EditorView.decorations.from(field, ({ drawn }) => drawn),
});

/** The span at a place: the one that ends there, where two meet. */
export function spanAt(spans: SpanDto[], at: number): SpanDto | null {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.to ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const found = spans[low];
  return found && found.from <= at ? found : null;
}

function tooltip(span: SpanDto, pos: number, show: ShowOrigin): Tooltip {
  return {
    pos,
    end: Math.max(pos, Math.min(span.to, pos + 1)),
    above: true,
    create: () => {
      const dom = document.createElement("div");
      dom.className = "ink-origin-card";
      const remove = show(span, dom);
      return { dom, destroy: remove };
    },
  };
}

/** Tints text by where it came from, with a card for what lies beneath the pointer or the caret. */
export function origins(show: ShowOrigin): Extension {
  const card = StateField.define<Tooltip | null>({
    create: () => null,
    update(shown, transaction) {
      for (const effect of transaction.effects)
        if (effect.is(setOriginCard)) {
          if (!effect.value) return null;
          const at = transaction.state.selection.main.head;
          const span = spanAt(transaction.state.field(originField).spans, at);
          return span ? tooltip(span, at, show) : null;
        }
      // The card belongs to the place where the caret stood.
      return transaction.docChanged || transaction.selection ? null : shown;
    },
    provide: (field) => showTooltip.from(field),
  });
  return [
    originField,
    card,
    hoverTooltip(
      (view, pos) => {
        const span = spanAt(view.state.field(originField).spans, pos);
        return span && MARKS[span.kind] ? tooltip(span, pos, show) : null;
      },
      { hoverTime: 450, hideOnChange: true },
    ),
  ];
}

/** Whether a card is shown at the caret. */
export const hasOrigins = (view: EditorView): boolean =>
  (view.state.field(originField, false)?.spans.length ?? 0) > 0;
