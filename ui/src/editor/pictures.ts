import { isolateHistory } from "@codemirror/commands";
import {
  EditorSelection,
  type EditorState,
  type Extension,
  type Range,
  StateField,
  type Text,
  type TransactionSpec,
} from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";
import { kindFacet } from "./layout";

/** What stands before the SHA-256 of a picture of the library. */
const SCHEME = "asset:";
/** So much of a SHA-256 is shown; the rest is for the machine. */
const SHOWN = 6;
/** More of one line than this is never looked at. */
const LONGEST_LINE = 20_000;
/** More pictures than this of one line are not shown. */
const MOST_IN_LINE = 20;

const MARK =
  /!\[((?:[^[\]\\\n]|\\.|\[[^[\]\n]{0,200}\]){0,1000})\]\((?:<([^<>\n]{1,2000})>|([^\s()<>]{1,2000}))(?:[ \t]+"[^"\n]{0,500}")?[ \t]*\)/g;
const FENCE = /^ {0,3}(?:```|~~~)/;
const CODE = /(`+)(?:(?!\1).)*?\1(?!`)/g;

/** A picture that a text names. */
export interface PictureMark {
  /** What it shows, in words. */
  alt: string;
  address: string;
  from: number;
  to: number;
  altFrom: number;
  addressFrom: number;
}

/** A picture that is shown: it can be told other words, and taken out again. */
export interface ShownPicture {
  reword(alt: string): void;
  gone(): void;
}

export interface PicturePorts {
  /** Shows a picture in an element; `describe` goes to its words in the text. */
  show(
    picture: { alt: string; address: string },
    into: HTMLElement,
    describe: () => void,
  ): ShownPicture;
  /** Files that were pasted (at the caret) or dropped at a place. */
  take(files: File[], at: number | null): void;
  /** A paste without a text and without files: the clipboard may hold a picture all the same. */
  look(): void;
}

/** The SHA-256 that an address names; none if it leads elsewhere. */
export const assetOf = (address: string): string | null =>
  /^asset:([0-9a-f]{64})$/.exec(address)?.[1] ?? null;

/** The pictures that a line names. */
export function picturesOf(text: string, begin = 0): PictureMark[] {
  if (!text.includes("![")) return [];
  const bare = text.slice(0, LONGEST_LINE).replace(CODE, (code) => " ".repeat(code.length));
  const found: PictureMark[] = [];
  for (const match of bare.matchAll(MARK)) {
    if (found.length === MOST_IN_LINE) break;
    // An exclamation mark that is written as such begins none.
    if (bare[match.index - 1] === "\\") continue;
    const { 0: mark, 1: alt = "", 2: angled, 3: plain = "" } = match;
    const from = begin + match.index;
    const altFrom = from + 2;
    found.push({
      alt: alt.replace(/\\(.)/g, "$1"),
      address: angled ?? plain,
      from,
      to: from + mark.length,
      altFrom,
      addressFrom: altFrom + alt.length + (angled === undefined ? 2 : 3),
    });
  }
  return found;
}

class Picture extends WidgetType {
  constructor(
    readonly alt: string,
    readonly address: string,
    readonly ports: PicturePorts,
  ) {
    super();
  }

  override eq(other: Picture) {
    return other.alt === this.alt && other.address === this.address;
  }

  override get estimatedHeight() {
    return 240;
  }

  override toDOM(view: EditorView) {
    const element = document.createElement("div");
    element.className = "ink-picture";
    element.contentEditable = "false";
    const describe = () => {
      const line = view.state.doc.lineAt(view.posAtDOM(element));
      const mark = picturesOf(line.text, line.from).find((one) => one.address === this.address);
      if (!mark) return;
      view.dispatch({ selection: words(mark, line), scrollIntoView: true });
      view.focus();
    };
    const shown = this.ports.show(this, element, describe);
    const grown = new ResizeObserver(() => view.requestMeasure());
    grown.observe(element);
    standing.set(element, { address: this.address, shown, grown });
    return element;
  }

  // Other words leave the picture where it is.
  override updateDOM(element: HTMLElement) {
    const known = standing.get(element);
    if (known?.address !== this.address) return false;
    known.shown.reword(this.alt);
    return true;
  }

  override destroy(element: HTMLElement) {
    const known = standing.get(element);
    known?.grown.disconnect();
    known?.shown.gone();
    standing.delete(element);
  }

  override ignoreEvent() {
    return true;
  }
}

const standing = new WeakMap<
  HTMLElement,
  { address: string; shown: ShownPicture; grown: ResizeObserver }
>();

/** Stands for the rest of a SHA-256. */
class Rest extends WidgetType {
  override eq() {
    return true;
  }

  override toDOM() {
    const element = document.createElement("span");
    element.className = "ink-picture-rest";
    element.textContent = "…";
    return element;
  }
}

const rest = Decoration.replace({ widget: new Rest() });

const words = (mark: PictureMark, { text, from }: { text: string; from: number }) =>
  EditorSelection.range(mark.altFrom, from + text.lastIndexOf("](", mark.addressFrom - from));

/** Whether a line stands within a block of code. It is read from above: only for lines with pictures. */
function fenced(doc: Text, number: number): boolean {
  let inside = false;
  for (let n = 1; n < number; n++) if (FENCE.test(doc.line(n).text.slice(0, 10))) inside = !inside;
  return inside;
}

/** What is drawn for the lines from one place to another. */
function drawn(doc: Text, from: number, to: number, ports: PicturePorts): Range<Decoration>[] {
  const found: Range<Decoration>[] = [];
  let inside: boolean | null = null;
  for (let n = doc.lineAt(from).number; n <= doc.lines; n++) {
    const line = doc.line(n);
    if (line.from > to) break;
    if (inside !== null && FENCE.test(line.text.slice(0, 10))) inside = !inside;
    if (!line.text.includes("![")) continue;
    inside ??= fenced(doc, n);
    if (inside) continue;
    for (const mark of picturesOf(line.text, line.from)) {
      if (assetOf(mark.address)) {
        const begin = mark.addressFrom + SCHEME.length + SHOWN;
        found.push(rest.range(begin, mark.addressFrom + mark.address.length));
      }
      const widget = new Picture(mark.alt, mark.address, ports);
      found.push(Decoration.widget({ widget, block: true, side: 1 }).range(line.to));
    }
  }
  return found;
}

const isArticle = (state: EditorState) => state.facet(kindFacet) === "news";

/** Files among what was pasted or dropped that say they are pictures. */
function pictureFiles(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter(
    ({ type, name }) => type.startsWith("image/") || PICTURE_NAME.test(name),
  );
}

/** Names that files of pictures have. */
export const PICTURE_NAME = /\.(?:png|jpe?g|gif|webp)$/i;

/** Shows the pictures that an article names beneath their lines, and takes new ones in. */
export function pictures(ports: PicturePorts): Extension {
  const field = StateField.define<DecorationSet>({
    create: (state) =>
      isArticle(state)
        ? Decoration.set(drawn(state.doc, 0, state.doc.length, ports), true)
        : Decoration.none,
    update(known, { docChanged, changes, startState, state }) {
      if (!docChanged || !isArticle(state)) return known;
      const { doc } = state;
      let next = known.map(changes);
      let fences = false;
      const touched: [number, number][] = [];
      changes.iterChangedRanges((fromA, toA, fromB, toB) => {
        const old = startState.doc;
        fences ||= hasFence(old, fromA, toA) || hasFence(doc, fromB, toB);
        touched.push([doc.lineAt(fromB).from, doc.lineAt(toB).to]);
      });
      // A border of code decides on all that follows.
      if (fences) return Decoration.set(drawn(doc, 0, doc.length, ports), true);
      for (const [from, to] of touched)
        next = next.update({
          filterFrom: from,
          filterTo: to,
          filter: () => false,
          add: drawn(doc, from, to, ports),
          sort: true,
        });
      return next;
    },
    provide: (self) => [
      EditorView.decorations.from(self),
      EditorView.atomicRanges.of((view) => view.state.field(self, false) ?? Decoration.none),
    ],
  });
  const open = ({ state }: EditorView) => isArticle(state) && !state.readOnly;
  return [
    field,
    EditorView.domEventHandlers({
      paste(event, view) {
        const data = event.clipboardData;
        // A text that has a picture of itself along is a text.
        if (!open(view) || !data || data.getData("text/plain")) return false;
        const files = pictureFiles(data);
        if (files.length) ports.take(files, null);
        else if (!data.files.length && !data.getData("text/html")) ports.look();
        else return false;
        event.preventDefault();
        return true;
      },
      drop(event, view) {
        const files = open(view) ? pictureFiles(event.dataTransfer) : [];
        if (!files.length) return false;
        ports.take(files, view.posAtCoords({ x: event.clientX, y: event.clientY }, false));
        event.preventDefault();
        return true;
      },
    }),
  ];
}

function hasFence(doc: Text, from: number, to: number): boolean {
  const last = doc.lineAt(to).number;
  for (let n = doc.lineAt(from).number; n <= last; n++)
    if (FENCE.test(doc.line(n).text.slice(0, 10))) return true;
  return false;
}

/** Words for a picture, as they may stand in a text. */
const escaped = (alt: string) =>
  alt
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[[\]\\]/g, "\\$&");

/**
 * Puts pictures in at a place, each as a paragraph of its own where the place is between words no
 * more than an edge of them. The words of the last one are selected.
 */
export function insertPictures(
  { doc }: EditorState,
  { from, to }: { from: number; to: number },
  list: readonly { alt: string; address: string }[],
): TransactionSpec {
  const [first, last] = [doc.lineAt(from), doc.lineAt(to)];
  const before = doc.sliceString(first.from, from).trim() !== "";
  const after = doc.sliceString(to, last.to).trim() !== "";
  const above = first.number > 1 && doc.line(first.number - 1).text.trim() !== "";
  const below = last.number < doc.lines && doc.line(last.number + 1).text.trim() !== "";
  const within = before && after;
  const lead = within ? "" : before ? "\n\n" : above ? "\n" : "";
  const tail = within ? "" : after ? "\n\n" : below ? "\n" : "";
  const marks = list.map(({ alt, address }) => `![${escaped(alt)}](${address})`);
  const text = marks.join(within ? " " : "\n\n");
  const words = escaped(list.at(-1)?.alt ?? "").length;
  const begin = from + lead.length + text.length - (marks.at(-1)?.length ?? 0) + 2;
  return {
    changes: { from, to, insert: lead + text + tail },
    selection: EditorSelection.range(begin, begin + words),
    annotations: isolateHistory.of("full"),
    userEvent: "input.paste",
    scrollIntoView: true,
  };
}
