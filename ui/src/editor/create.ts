import {
  defaultKeymap,
  history,
  isolateHistory,
  redo,
  redoDepth,
  undo,
  undoDepth,
} from "@codemirror/commands";
import {
  Annotation,
  type ChangeSet,
  Compartment,
  EditorSelection,
  EditorState,
  type StateEffect,
  Transaction,
} from "@codemirror/state";
import { drawSelection, dropCursor, EditorView, keymap, placeholder } from "@codemirror/view";
import type { ChineseQuotes, DocumentKind, EditCause, Language } from "../wire/bindings";
import { type AheadPorts, ahead, showAhead } from "./ahead";
import { remarks } from "./comments";
import { composition } from "./composition";
import { direction } from "./direction";
import { finding, type ShowFind } from "./finding";
import { footnotes, insertNote, otherEnd, renumber } from "./footnotes";
import { kindClass, kindFacet, layout } from "./layout";
import { type MarkupPorts, markup } from "./markup";
import { type Modes, modes } from "./modes";
import { origins, type ShowOrigin } from "./origins";
import { type PageStart, pageStarts, showPageStarts } from "./pages";
import { insertPictures, type PicturePorts, pictures } from "./pictures";
import {
  lookForSlips,
  openSlipCard,
  type Proofing,
  proofing,
  proofreading,
  type ShowSlip,
  setOpenSlip,
  slipNear,
} from "./proofing";
import { punctuation, smartPunctuation } from "./punctuation";
import { type RevisionPlace, revisions, setRevisions } from "./revisions";
import {
  type Anchor,
  anchorField,
  type ShowSuggestion,
  setAnchors,
  suggestions,
} from "./suggestions";

/** Some 1,500 pages; the studio takes at most 16 MiB, three bytes to the unit. */
export const LONGEST_TEXT = 5_000_000;

/** Beneath this part of its height, the window has no room for what stands under a line. */
const LOWEST_IN_SIGHT = 0.66;

/** A pause this long ends a step of undo. */
const PAUSE_MS = 700;

/** Marks a change that came from the library and is not to be saved again. */
const fromLibrary = Annotation.define<boolean>();

export interface EditorPorts {
  /** `began`: the change begins a step of undo. */
  onChange(changes: ChangeSet, cause: EditCause, began: boolean): void;
  /** Nothing is left to take back, or to do again, of what was done since the page was opened. */
  onBeyond(step: "undo" | "redo"): void;
  /** A step is wanted; true where it is taken elsewhere. */
  onStep?(step: "undo" | "redo"): boolean;
  onSelection(from: number, to: number): void;
  onBlur(): void;
  onFocus(): void;
  onTooLong(): void;
  showSuggestion: ShowSuggestion;
  showOrigin: ShowOrigin;
  showFind: ShowFind;
  showSlip: ShowSlip;
  ahead: AheadPorts;
  markup: MarkupPorts;
  pictures: PicturePorts;
}

export interface Page {
  text: string;
  kind: DocumentKind;
  language: Language;
  label: string;
  hint: string;
  /** What the editor says by itself, by its English sentence. */
  phrases: Record<string, string>;
  modes: Modes;
  proofing: Proofing;
  punctuation: { on: boolean; chineseQuotes: ChineseQuotes };
}

/** What around a text can change while it is shown. */
export type Around = Omit<Page, "text" | "kind">;

/** Whether a text would look and behave the same with both around it. */
const alike = (one: Around, other: Around): boolean => {
  const { right, spell, grammar } = one.proofing;
  if (right !== other.proofing.right || spell !== other.proofing.spell) return false;
  if (grammar !== other.proofing.grammar) return false;
  const plain = ({ label, hint, language, modes, phrases, proofing, punctuation }: Around) => {
    const { on, language: spoken } = proofing;
    return JSON.stringify([label, hint, language, modes, phrases, punctuation, on, spoken]);
  };
  return plain(one) === plain(other);
};

/** Where the last of several changes ends. */
function endOf(changes: ChangeSet): EditorSelection {
  let end = 0;
  changes.iterChangedRanges((_fromA, _toA, _fromB, toB) => {
    end = toB;
  });
  return EditorSelection.single(end);
}

function causeOf(transaction: Transaction): EditCause {
  if (transaction.isUserEvent("undo")) return "undo";
  if (transaction.isUserEvent("redo")) return "redo";
  // What is moved within the text is looked up there, as what is pasted is.
  if (
    transaction.isUserEvent("input.paste") ||
    transaction.isUserEvent("input.drop") ||
    transaction.isUserEvent("move")
  )
    return "paste";
  return "typing";
}

/** A page as it was left. */
export interface LeftPage {
  /** Its text, with the caret and what can be undone. */
  state: EditorState;
  /** What of it was in sight, if any. */
  sight: StateEffect<unknown> | null;
}

/** The one editor of the window. */
export class Editor {
  readonly view: EditorView;
  private readonly words = new Compartment();
  private readonly rights = new Compartment();
  private locked = false;
  /** What the state that is shown was told of its surroundings. */
  private phrases: Around["phrases"] = {};
  private told: Around | null = null;
  /** Told of each change of the text, whoever made it; a second view of the same text follows it. */
  onText: ((changes: ChangeSet) => void) | null = null;
  private readonly past = new Compartment();
  /** Places that are waited for; they move along with the text. */
  private readonly places = new Set<{ from: number; to: number }>();

  constructor(
    parent: HTMLElement,
    private readonly ports: EditorPorts,
  ) {
    this.view = new EditorView({ parent, state: EditorState.create() });
  }

  private rightsNow() {
    return [EditorState.readOnly.of(this.locked), EditorView.editable.of(!this.locked)];
  }

  /** What may only be read cannot be typed into. */
  lock(locked: boolean) {
    this.locked = locked;
    this.view.dispatch({ effects: this.rights.reconfigure(this.rightsNow()) });
  }

  private state(page: Page): EditorState {
    const { ports } = this;
    return EditorState.create({
      doc: page.text,
      extensions: [
        kindFacet.of(page.kind),
        kindClass,
        this.words.of(this.wordsOf(page)),
        this.rights.of(this.rightsNow()),
        this.past.of(history({ newGroupDelay: PAUSE_MS })),
        drawSelection(),
        dropCursor(),
        EditorView.lineWrapping,
        layout,
        direction,
        pageStarts,
        suggestions(ports.showSuggestion),
        revisions(),
        origins(ports.showOrigin),
        finding(ports.showFind),
        smartPunctuation,
        ahead(ports.ahead),
        proofreading(ports.showSlip),
        remarks,
        footnotes,
        pictures(ports.pictures),
        markup(ports.markup),
        keymap.of([
          { key: "Mod-z", run: this.back, preventDefault: true },
          { key: "Mod-y", mac: "Mod-Shift-z", run: this.forth, preventDefault: true },
          { linux: "Ctrl-Shift-z", run: this.forth, preventDefault: true },
          { win: "Ctrl-Shift-z", run: this.forth, preventDefault: true },
          ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"),
        ]),
        EditorState.changeFilter.of((transaction) => {
          if (transaction.annotation(fromLibrary) || transaction.newDoc.length <= LONGEST_TEXT)
            return true;
          if (transaction.newDoc.length <= transaction.startState.doc.length) return true;
          ports.onTooLong();
          return false;
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) this.onText?.(update.changes);
          let began = undoDepth(update.state) > undoDepth(update.startState);
          for (const transaction of update.transactions) {
            if (!transaction.docChanged || transaction.annotation(fromLibrary)) continue;
            ports.onChange(transaction.changes, causeOf(transaction), began);
            began = false;
          }
          if (update.docChanged)
            for (const kept of this.places) {
              kept.from = update.changes.mapPos(kept.from, 1);
              kept.to = Math.max(kept.from, update.changes.mapPos(kept.to, -1));
            }
          if (update.selectionSet || update.docChanged) {
            const { from, to } = update.state.selection.main;
            ports.onSelection(from, to);
          }
        }),
        EditorView.domEventHandlers({
          focus: () => {
            ports.onFocus();
            return false;
          },
          blur: () => {
            ports.onBlur();
            return false;
          },
        }),
      ],
    });
  }

  /** The same ones for as long as they say the same: for others CodeMirror builds its view anew. */
  private phrasesOf({ phrases }: Around) {
    if (JSON.stringify(phrases) !== JSON.stringify(this.phrases)) this.phrases = phrases;
    return this.phrases;
  }

  private wordsOf(page: Around) {
    return [
      modes(page.modes),
      proofing.of(page.proofing),
      punctuation.of({ ...page.punctuation, language: page.language }),
      EditorState.phrases.of(this.phrasesOf(page)),
      placeholder(page.hint),
      EditorView.contentAttributes.of({
        "aria-label": page.label,
        "aria-multiline": "true",
        "data-testid": "editor",
        tabindex: "0",
        lang: page.language,
        spellcheck: "false",
        autocapitalize: "sentences",
      }),
    ];
  }

  /** What is shown, to be opened again as it is. */
  left(): LeftPage {
    const { state, scrollDOM } = this.view;
    // What is hidden is scrolled nowhere.
    return { state, sight: scrollDOM.clientHeight > 0 ? this.view.scrollSnapshot() : null };
  }

  /** Shows a page; gives back the one that was shown. */
  open(page: Page, known?: LeftPage): LeftPage {
    const left = this.left();
    const keep = known && known.state.doc.toString() === page.text ? known : null;
    this.view.setState(keep?.state ?? this.state(page));
    this.told = keep ? null : page;
    if (keep) this.speak(page);
    this.view.scrollDOM.scrollTop = 0;
    const { from, to } = this.view.state.selection.main;
    this.ports.onSelection(from, to);
    if (keep) {
      const effects = keep.sight ?? EditorView.scrollIntoView(from, { y: "center" });
      this.view.dispatch({ effects });
    }
    return left;
  }

  /** The words and the ways around the text, after a change of them. */
  speak(page: Around) {
    if (this.told && alike(this.told, page)) return;
    this.told = page;
    const { main } = this.view.state.selection;
    const effects: StateEffect<unknown>[] = [this.words.reconfigure(this.wordsOf(page))];
    if (page.modes.typewriter) effects.push(EditorView.scrollIntoView(main.head, { y: "center" }));
    this.view.dispatch({ effects });
  }

  /** Shows where pages begin. */
  showPageStarts(pages: readonly PageStart[]) {
    showPageStarts(this.view, pages);
  }

  text(): string {
    return this.view.state.doc.toString();
  }

  get length(): number {
    return this.view.state.doc.length;
  }

  /** Whether anything to read stands beneath a place, as far as a window shows. */
  textAfter(at: number): boolean {
    return this.view.state.sliceDoc(at, at + 400).trim() !== "";
  }

  /** True while an input method composes, and for the moment in which its last key is still down. */
  composing(): boolean {
    return composition.going(this.view.contentDOM);
  }

  /** Waits until nothing is composed here. */
  composed(): Promise<void> {
    return composition.over(this.view.contentDOM);
  }

  selection(): { from: number; to: number } {
    const { from, to } = this.view.state.selection.main;
    return { from, to };
  }

  private readonly back = (view: EditorView): boolean => {
    if (this.ports.onStep?.("undo")) return true;
    if (undoDepth(view.state) > 0) undo(view);
    else this.ports.onBeyond("undo");
    return true;
  };

  private readonly forth = (view: EditorView): boolean => {
    if (this.ports.onStep?.("redo")) return true;
    if (redoDepth(view.state) > 0) redo(view);
    else this.ports.onBeyond("redo");
    return true;
  };

  /** Takes the last step back, as the key would. */
  undo() {
    this.back(this.view);
  }

  /** Does again what was taken back last. */
  redo() {
    this.forth(this.view);
  }

  /**
   * Goes to an earlier or later text that the library has. From here on the library alone knows
   * the way back and forth: what the editor remembers would no longer fit.
   */
  travel(changes: ChangeSet) {
    this.view.dispatch({ effects: this.past.reconfigure([]) });
    let end: number | null = null;
    changes.iterChangedRanges((_fromA, _toA, _fromB, toB) => {
      end = toB;
    });
    this.view.dispatch({
      changes,
      effects: this.past.reconfigure(history({ newGroupDelay: PAUSE_MS })),
      selection: end === null ? undefined : EditorSelection.cursor(end),
      scrollIntoView: end !== null,
      annotations: [fromLibrary.of(true), Transaction.addToHistory.of(false)],
    });
  }

  /** Takes in what the library changed, as one step of undo. The view stays where it is. */
  adopt(changes: ChangeSet, select: "end" | "keep") {
    if (changes.empty) return;
    this.view.dispatch({
      changes,
      selection: select === "end" ? endOf(changes) : undefined,
      annotations: [fromLibrary.of(true), isolateHistory.of("full")],
      userEvent: "input.accept",
    });
  }

  /** Takes over what was written in another view of the same text; that one tells of it. */
  mirror(changes: ChangeSet, select: "end" | "keep" = "keep") {
    this.view.dispatch({
      changes,
      selection: select === "end" ? endOf(changes) : undefined,
      annotations: [fromLibrary.of(true), Transaction.addToHistory.of(false)],
    });
  }

  /** Writes here what was written in another view of the same text, which does not tell of it. */
  take(changes: ChangeSet, cause: EditCause) {
    const events = { typing: "input.type", paste: "input.paste", undo: "undo", redo: "redo" };
    this.view.dispatch({ changes, userEvent: events[cause] });
  }

  /** Marks the lines that came with a set of revisions. */
  showRevisions(places: RevisionPlace[]) {
    this.view.dispatch({ effects: setRevisions.of(places) });
  }

  /** Replaces a place as typing there would. */
  replace(from: number, to: number, insert: string) {
    const most = this.length;
    const [start, end] = [Math.min(from, most), Math.min(to, most)];
    this.view.dispatch({ changes: { from: start, to: end, insert }, userEvent: "input.type" });
  }

  /** Opens what can be done about the slip at the caret, or the next one; false where there is none. */
  async openSlip(): Promise<boolean> {
    if (this.locked) return false;
    await lookForSlips(this.view);
    const slip = slipNear(this.view, this.view.state.selection.main.head);
    if (!slip) return false;
    this.view.dispatch({
      selection: EditorSelection.cursor(slip.from),
      effects: EditorView.scrollIntoView(slip.from, { y: "nearest" }),
    });
    await openSlipCard(this.view, slip);
    return true;
  }

  closeSlip() {
    this.view.dispatch({ effects: setOpenSlip.of(null) });
  }

  /**
   * From a footnote's reference to its text, from there back; elsewhere a new one. Says which it was;
   * `missing` where the other end is not there.
   */
  footnote(): "went" | "new" | "missing" | null {
    const { state } = this.view;
    const { head } = state.selection.main;
    const end = otherEnd(state, head);
    if (typeof end === "number") {
      this.reveal(end, end);
      return "went";
    }
    if (end === "missing") return "missing";
    if (this.locked) return null;
    this.view.dispatch(insertNote(state));
    return "new";
  }

  /**
   * Puts pictures in where a place, or what is selected, stands once they are there: as one step of
   * undo, with the words of the last one selected. False where none come, or none may be put in.
   */
  async insertPictures(
    at: number | null,
    come: Promise<readonly { alt: string; address: string }[]>,
  ): Promise<boolean> {
    const place = at === null ? this.selection() : { from: at, to: at };
    this.places.add(place);
    try {
      const list = await come;
      await this.composed();
      if (!list.length || this.locked) return false;
      this.view.dispatch(insertPictures(this.view.state, place, list));
      return true;
    } finally {
      this.places.delete(place);
    }
  }

  /** Puts in a text that is still on its way, in place of what is selected now, as a paste does. */
  async paste(come: Promise<string>): Promise<void> {
    const place = this.selection();
    this.places.add(place);
    try {
      const insert = await come;
      await this.composed();
      if (!insert || this.locked) return;
      this.view.dispatch({
        changes: { ...place, insert },
        selection: EditorSelection.cursor(place.from + insert.length),
        annotations: isolateHistory.of("full"),
        userEvent: "input.paste",
        scrollIntoView: true,
      });
    } finally {
      this.places.delete(place);
    }
  }

  /** The place in the text that a point of the window lies over, if it lies over the text. */
  placeAt(x: number, y: number): number | null {
    const { left, right, top, bottom } = this.view.scrollDOM.getBoundingClientRect();
    if (x < left || x > right || y < top || y > bottom) return null;
    return this.view.posAtCoords({ x, y }, false);
  }

  /** Puts something at a place as a drop there does, and selects it. */
  drop(at: number, insert: string) {
    if (this.locked) return;
    const from = Math.min(at, this.length);
    this.view.dispatch({
      changes: { from, insert },
      selection: EditorSelection.range(from, from + insert.length),
      userEvent: "input.drop",
    });
    this.focus();
  }

  /** Numbers the footnotes in the order of the text; false where they are in it. */
  renumber(): boolean {
    const spec = renumber(this.view.state);
    if (!spec || this.locked) return false;
    this.view.dispatch(spec);
    return true;
  }

  /** Shows grey words at the caret; nothing takes them away. */
  showAhead(text: string | null) {
    this.view.dispatch({ effects: showAhead.of(text) });
  }

  /** Whether a caret stands where words could be typed now. */
  takesWords(): boolean {
    const { main, ranges } = this.view.state.selection;
    return (
      main.empty && ranges.length === 1 && !this.locked && !this.composing() && this.view.hasFocus
    );
  }

  setAnchors(anchors: Anchor[]) {
    this.view.dispatch({ effects: setAnchors.of(anchors) });
  }

  anchors(): Anchor[] {
    return this.view.state.field(anchorField, false) ?? [];
  }

  anchor(id: string): Anchor | undefined {
    return this.anchors().find((anchor) => anchor.id === id);
  }

  /** Puts an anchor elsewhere: where a change of the library left what it stands for. */
  moveAnchor(id: string, from: number, to: number) {
    const moved = this.anchors().map((one) => (one.id === id ? { id, from, to } : one));
    this.setAnchors(moved);
  }

  slice(from: number, to: number): string {
    return this.view.state.sliceDoc(from, to);
  }

  reveal(from: number, to = from, select = true) {
    const most = this.length;
    const range = EditorSelection.range(Math.min(from, most), Math.min(to, most));
    this.view.dispatch({
      selection: select ? range : undefined,
      effects: EditorView.scrollIntoView(range, { y: "center" }),
    });
  }

  /** Scrolls to a place unless it is in sight, with room beneath it. */
  bringIntoSight(at: number) {
    const box = this.view.scrollDOM.getBoundingClientRect();
    const place = this.view.coordsAtPos(Math.min(at, this.length));
    const lowest = box.top + box.height * LOWEST_IN_SIGHT;
    if (place && place.top >= box.top && place.bottom <= lowest) return;
    this.reveal(at, at, false);
  }

  focus() {
    this.view.focus();
  }

  destroy() {
    this.view.destroy();
  }
}
