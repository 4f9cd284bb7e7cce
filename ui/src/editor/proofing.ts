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
import type { Language } from "../wire/bindings";
import { type Grammar, isFinished, paragraphAt } from "./grammar";
import { kindFacet, lineKinds } from "./layout";
import { type Slip, slipsOf, verbatimIn } from "./slips";
import { isAmong, type Spell, wordsIn } from "./spelling";

/** What is looked for, and what is right all the same. */
export interface Proofing {
  on: boolean;
  right: ReadonlySet<string>;
  /** The language of the text. */
  language: Language;
  /** What knows words; none where nothing does. */
  spell: Spell | null;
  /** What knows English grammar; none where nothing does. */
  grammar: Grammar | null;
}

const NOTHING: Proofing = {
  on: false,
  right: new Set(),
  language: "en",
  spell: null,
  grammar: null,
};

export const proofing = Facet.define<Proofing, Proofing>({
  combine: (values) => values[0] ?? NOTHING,
});

/** Shows what can be done about a slip; gives back how to take it out again. */
export type ShowSlip = (slip: Slip, words: string, into: HTMLElement) => () => void;

/** Nothing is looked at while somebody types. */
const QUIET_MS = 700;
/** The longest line that is looked at; what is longer is data. */
const LONGEST_LINE = 20_000;
/** Code in fences is looked for in front of this. */
const FENCES_WITHIN = 200_000;
/** Lines of a script that are names, and not read as sentences. */
const NO_SENTENCE = new Set(["title", "heading", "character", "transition", "boneyard", "page"]);

const setSlips = StateEffect.define<Slip[]>();
/** Opens what can be done about a slip, or closes it. */
export const setOpenSlip = StateEffect.define<Slip | null>();

interface Found {
  slips: Slip[];
  drawn: DecorationSet;
  open: Slip | null;
}

/** What is called right of a slip: its words; of grammar, the words for this reason. */
export const ignoredAs = ({ rule, message }: Slip, words: string) =>
  rule === "grammar" ? `${words}: ${message}` : words;

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

/** Whether a line stands within a fence of code. */
function fenced(view: EditorView, from: number): boolean {
  if (from > FENCES_WITHIN) return false;
  const fences = view.state.sliceDoc(0, from).match(/^(?:```|~~~)/gm);
  return (fences?.length ?? 0) % 2 === 1;
}

/** The slips of the lines that are in sight, and what there nobody has asked about. */
interface Look {
  slips: Slip[];
  words: Set<string>;
  paragraphs: Set<string>;
}

const NOTHING_SEEN: Look = { slips: [], words: new Set(), paragraphs: new Set() };

function look(view: EditorView): Look {
  const { state } = view;
  const { right, spell, language, grammar } = state.facet(proofing);
  const chinese = language === "zh-CN";
  const script = state.facet(kindFacet) === "screenplay";
  const kinds = script ? lineKinds(view) : undefined;
  const slips: Slip[] = [];
  const words = new Set<string>();
  const paragraphs = new Set<string>();
  const wrong: Slip[] = [];
  let done = -1;
  let read = -1;
  const spelling = (text: string, begin: number, known: Slip[]) => {
    if (!spell) return;
    for (const { from, to, word } of wordsIn(text, chinese)) {
      if (isAmong(right, word) || known.some((slip) => from < slip.to && to > slip.from)) continue;
      const fine = spell.right(word);
      if (fine === undefined) words.add(word);
      else if (!fine)
        slips.push({ from: begin + from, to: begin + to, rule: "unknown", fixes: [] });
    }
  };
  const reading = (number: number) => {
    const { from: begin, to: end, text } = paragraphAt(state.doc, number, chinese, kinds);
    read = end;
    if (text === null) return;
    const known = grammar?.in(text);
    if (!known) {
      paragraphs.add(text);
      return;
    }
    const verbatim = known.length ? verbatimIn(text) : [];
    for (const { from, to, message, fixes } of known) {
      if (verbatim.some(([start, stop]) => from < stop && to > start)) continue;
      const slip: Slip = { from, to, rule: "grammar", fixes: [...fixes], message };
      if (!right.has(ignoredAs(slip, text.slice(from, to))))
        wrong.push({ ...slip, from: begin + from, to: begin + to });
    }
  };
  for (const { from, to } of view.visibleRanges) {
    let code = !script && fenced(view, state.doc.lineAt(from).from);
    for (let at = from; at <= to; ) {
      const line = state.doc.lineAt(at);
      at = line.to + 1;
      if (line.number <= done || line.length > LONGEST_LINE) continue;
      done = line.number;
      const fence = !script && /^(?:```|~~~)/.test(line.text);
      if (fence) code = !code;
      if (code || fence) continue;
      const known = slipsOf(line.text, script);
      for (const slip of known) {
        const words = line.text.slice(slip.from, slip.to);
        if (!right.has(words))
          slips.push({ ...slip, from: line.from + slip.from, to: line.from + slip.to });
      }
      if (!NO_SENTENCE.has(kinds?.[line.number - 1] ?? "")) spelling(line.text, line.from, known);
      if (grammar && line.from > read) reading(line.number);
    }
  }
  // What is sure by itself stands before what a rule of grammar says of the same place.
  for (const slip of wrong)
    if (!slips.some(({ from, to }) => from < slip.to && to > slip.from)) slips.push(slip);
  return { slips: slips.sort((a, b) => a.from - b.from), words, paragraphs };
}

class Looking {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The caret stands where something was typed last. */
  private typing = false;
  private gone = false;

  constructor(private readonly view: EditorView) {
    this.later();
  }

  update(update: ViewUpdate) {
    const other = update.startState.facet(proofing) !== update.state.facet(proofing);
    const away = update.focusChanged && !update.view.hasFocus;
    const moved = !update.startState.selection.eq(update.state.selection);
    const left = this.typing && !update.docChanged && (moved || away);
    if (update.docChanged) this.typing = true;
    else if (left) this.typing = false;
    if (update.docChanged || update.viewportChanged || other || left) this.later();
  }

  private later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), QUIET_MS);
  }

  private now(): void | Promise<void> {
    const { view } = this;
    if (view.composing || view.compositionStarted) return this.later();
    const { doc } = view.state;
    const { on, spell, grammar } = view.state.facet(proofing);
    const { slips: all, words, paragraphs } = on ? look(view) : NOTHING_SEEN;
    // Nobody has finished the word at the caret, nor its sentence.
    const { head } = view.state.selection.main;
    const begun = ({ from, to, rule }: Slip) =>
      head >= from &&
      ((rule === "unknown" && head <= to) || (rule === "grammar" && !isFinished(doc, to, head)));
    const slips = this.typing ? all.filter((slip) => !begun(slip)) : all;
    const known = view.state.field(slipField).slips;
    const same =
      slips.length === known.length &&
      slips.every((slip, n) => {
        const was = known[n];
        return slip.from === was?.from && slip.to === was.to && slip.rule === was.rule;
      });
    if (!same) view.dispatch({ effects: setSlips.of(slips) });
    const again = (known: boolean) => {
      if (known && !this.gone) return this.now();
    };
    if (words.size && spell) return spell.ask([...words]).then(again);
    const markdown = view.state.facet(kindFacet) !== "screenplay";
    if (paragraphs.size && grammar) return grammar.ask([...paragraphs], markdown).then(again);
  }

  /** Looks at once, at the word at the caret too. */
  async settle() {
    this.typing = false;
    clearTimeout(this.timer);
    await this.now();
  }

  destroy() {
    this.gone = true;
    clearTimeout(this.timer);
  }
}

const looking = ViewPlugin.fromClass(Looking);

/** Looks for slips now instead of after a while. */
export const lookForSlips = async (view: EditorView) => view.plugin(looking)?.settle();

/** Opens what can be done about a slip, once it is known what could stand there. */
export async function openSlipCard(view: EditorView, slip: Slip) {
  const { doc } = view.state;
  const { spell } = view.state.facet(proofing);
  const asks = slip.rule === "unknown" && spell;
  const fixes = asks ? await spell.suggest(doc.sliceString(slip.from, slip.to)) : slip.fixes;
  // Whoever typed meanwhile does not want it.
  if (view.state.doc === doc) view.dispatch({ effects: setOpenSlip.of({ ...slip, fixes }) });
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
    looking,
    showTooltip.from(slipField, tooltip),
    EditorView.domEventHandlers({
      click: (event, view) => {
        if (!(event.target as HTMLElement).closest?.(".ink-slip")) return false;
        const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
        const { slips } = view.state.field(slipField);
        const slip = at === null ? null : slips.find(({ from, to }) => from <= at && at <= to);
        if (slip) void openSlipCard(view, slip);
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
