import { type Extension, Facet, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  showTooltip,
  type Tooltip,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { kindFacet } from "./layout";
import { type Slip, slipsOf } from "./slips";

/** What is looked for, and what is right all the same. */
export interface Proofing {
  on: boolean;
  right: ReadonlySet<string>;
}

export const proofing = Facet.define<Proofing, Proofing>({
  combine: (values) => values[0] ?? { on: false, right: new Set() },
});

/** Shows what can be done about a slip; gives back how to take it out again. */
export type ShowSlip = (slip: Slip, words: string, into: HTMLElement) => () => void;

/** Nothing is looked at while somebody types. */
const QUIET_MS = 700;
/** The longest line that is looked at; what is longer is data. */
const LONGEST_LINE = 20_000;

const setSlips = StateEffect.define<Slip[]>();
/** Opens what can be done about a slip, or closes it. */
export const setOpenSlip = StateEffect.define<Slip | null>();

interface Found {
  slips: Slip[];
  drawn: DecorationSet;
  open: Slip | null;
}

const underline = Decoration.mark({ class: "ink-slip" });
const NONE: Found = { slips: [], drawn: Decoration.none, open: null };
const drawnOf = (slips: Slip[]) =>
  Decoration.set(
    slips.map(({ from, to }) => underline.range(from, to)),
    true,
  );

export const slipField = StateField.define<Found>({
  create: () => NONE,
  update(found, transaction) {
    let next = found;
    if (transaction.docChanged && (next.slips.length || next.open)) {
      // A slip that somebody touches is no slip until it is looked at again.
      const slips = next.slips.flatMap((slip) => {
        if (transaction.changes.touchesRange(slip.from, slip.to)) return [];
        const from = transaction.changes.mapPos(slip.from, 1);
        return [{ ...slip, from, to: from + (slip.to - slip.from) }];
      });
      next = { slips, drawn: drawnOf(slips), open: null };
    }
    for (const effect of transaction.effects) {
      if (effect.is(setSlips))
        next = { ...next, slips: effect.value, drawn: drawnOf(effect.value) };
      else if (effect.is(setOpenSlip)) next = { ...next, open: effect.value };
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field, ({ drawn }) => drawn),
});

/** The slips of the lines that are in sight. */
function look(view: EditorView): Slip[] {
  const { state } = view;
  const { right } = state.facet(proofing);
  const script = state.facet(kindFacet) === "screenplay";
  const slips: Slip[] = [];
  let done = -1;
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = state.doc.lineAt(at);
      at = line.to + 1;
      if (line.number <= done || line.length > LONGEST_LINE) continue;
      done = line.number;
      for (const slip of slipsOf(line.text, script)) {
        const words = line.text.slice(slip.from, slip.to);
        if (!right.has(words))
          slips.push({ ...slip, from: line.from + slip.from, to: line.from + slip.to });
      }
    }
  }
  return slips;
}

class Looking {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly view: EditorView) {
    this.later();
  }

  update(update: ViewUpdate) {
    const other = update.startState.facet(proofing) !== update.state.facet(proofing);
    if (update.docChanged || update.viewportChanged || other) this.later();
  }

  private later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), QUIET_MS);
  }

  private now() {
    const { view } = this;
    if (view.composing || view.compositionStarted) return this.later();
    const { on } = view.state.facet(proofing);
    const slips = on ? look(view) : [];
    const known = view.state.field(slipField).slips;
    const same =
      slips.length === known.length &&
      slips.every((slip, n) => slip.from === known[n]?.from && slip.to === known[n]?.to);
    if (!same) view.dispatch({ effects: setSlips.of(slips) });
  }

  destroy() {
    clearTimeout(this.timer);
  }
}

/** The slip at a place; else the next one behind it, else the first. */
export function slipNear(view: EditorView, at: number): Slip | null {
  const { slips } = view.state.field(slipField);
  return (
    slips.find(({ from, to }) => from <= at && at <= to) ??
    slips.find(({ from }) => from > at) ??
    slips[0] ??
    null
  );
}

/** Underlines slips a while after the last key, and opens what can be done about them. */
export function proofreading(show: ShowSlip): Extension {
  const tooltip = (view: { open: Slip | null }): Tooltip | null => {
    const slip = view.open;
    return slip === null
      ? null
      : {
          pos: slip.from,
          end: slip.to,
          above: false,
          create: (editor) => {
            const dom = document.createElement("div");
            dom.className = "ink-slip-card";
            const words = editor.state.sliceDoc(slip.from, slip.to);
            const remove = show(slip, words, dom);
            return { dom, destroy: remove };
          },
        };
  };
  return [
    slipField,
    ViewPlugin.fromClass(Looking),
    showTooltip.from(slipField, tooltip),
    EditorView.domEventHandlers({
      click: (event, view) => {
        if (!(event.target as HTMLElement).closest?.(".ink-slip")) return false;
        const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
        const { slips } = view.state.field(slipField);
        const slip = at === null ? null : slips.find(({ from, to }) => from <= at && at <= to);
        if (slip) view.dispatch({ effects: setOpenSlip.of(slip) });
        return false;
      },
    }),
    EditorView.updateListener.of((update) => {
      // Whoever goes on elsewhere has left it.
      const { open } = update.state.field(slipField);
      if (!open || !update.selectionSet || update.docChanged) return;
      const { head } = update.state.selection.main;
      if (head < open.from || head > open.to)
        setTimeout(() => update.view.dispatch({ effects: setOpenSlip.of(null) }));
    }),
  ];
}
