import {
  closeSearchPanel,
  findNext,
  findPrevious,
  openSearchPanel,
  replaceAll,
  replaceNext,
  search,
  searchPanelOpen,
  selectMatches,
  setSearchQuery,
} from "@codemirror/search";
import { EditorSelection, type Extension } from "@codemirror/state";
import { EditorView, type ViewUpdate } from "@codemirror/view";
import { counted, queryOf, type Wanted, wordsToFind } from "./find";

/** Shows the panel of the search; gives back how to take it away, and what to tell of changes. */
export type ShowFind = (into: HTMLElement) => { gone(): void; seen(update: ViewUpdate): void };

/** More places than this are not counted. */
export const MOST_COUNTED = 9_999;

/** The editor's search, with a panel of our own. */
export function finding(show: ShowFind): Extension {
  return search({
    top: true,
    literal: true,
    createPanel: () => {
      const dom = document.createElement("div");
      dom.className = "ink-find";
      const shown = show(dom);
      return { dom, top: true, destroy: shown.gone, update: shown.seen };
    },
    scrollToMatch: (range) => EditorView.scrollIntoView(range, { y: "center" }),
  });
}

/** Opens the panel; gives back what is selected and worth looking for. */
export function openFind(view: EditorView): string {
  const { from, to } = view.state.selection.main;
  if (!searchPanelOpen(view.state)) openSearchPanel(view);
  return wordsToFind(view.state.doc, from, to);
}

export const isFindOpen = (view: EditorView): boolean => searchPanelOpen(view.state);

/** Closes the panel; what is selected stays. The text has the keyboard then, if it is to. */
export function closeFind(view: EditorView, focus = true) {
  closeSearchPanel(view);
  if (focus) view.focus();
}

/** Looks for something else. */
export function want(view: EditorView, wanted: Wanted) {
  view.dispatch({ effects: setSearchQuery.of(queryOf(wanted)) });
}

/** Selects the first place from `from` on, around the end if need be; false if there is none. */
export function seek(view: EditorView, wanted: Wanted, from: number): boolean {
  const query = queryOf(wanted);
  if (!query.valid) return false;
  const first = (begin: number, end?: number) => {
    const next = query.getCursor(view.state, begin, end).next() as {
      done?: boolean;
      value: { from: number; to: number };
    };
    return next.done || next.value.from === next.value.to ? null : next.value;
  };
  const found = first(Math.min(from, view.state.doc.length)) ?? first(0, from);
  if (!found) return false;
  const range = EditorSelection.range(found.from, found.to);
  view.dispatch({
    selection: range,
    effects: EditorView.scrollIntoView(range, { y: "center" }),
    userEvent: "select.search",
  });
  return true;
}

export const toNext = (view: EditorView) => findNext(view);
export const toPrevious = (view: EditorView) => findPrevious(view);
export const selectAllFound = (view: EditorView) => selectMatches(view);
export const replaceOne = (view: EditorView) => replaceNext(view);

/** Replaces all places in one step of undo. */
export const replaceEach = (view: EditorView) => replaceAll(view);

/** How many places there are, and which one is selected. */
export const countFound = (view: EditorView, wanted: Wanted) =>
  counted(view.state, wanted, MOST_COUNTED);
