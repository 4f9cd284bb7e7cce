import { tick } from "svelte";
import type { Editor } from "../../editor/create";
import { type Fault, faultOf, type Wanted } from "../../editor/find";
import {
  closeFind,
  countFound,
  isFindOpen,
  openFind,
  replaceEach,
  replaceOne,
  seek,
  selectAllFound,
  toNext,
  toPrevious,
  want,
} from "../../editor/finding";
import { TEXT, views } from "../writing/views.svelte";
import { writing } from "../writing/writing.svelte";

/** Counting reads the whole text: it waits for a pause. */
const PAUSE_MS = 150;

interface Counted {
  count: number;
  more: boolean;
  at: number | null;
}

/** Find and replace in the open text. */
class Find {
  wanted = $state<Wanted>({
    search: "",
    replace: "",
    caseSensitive: false,
    wholeWord: false,
    regexp: false,
  });
  /** Whether the row of the replacement is shown. */
  replacing = $state(false);
  found = $state.raw<Counted | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Where the search began. */
  private from = 0;

  get fault(): Fault | null {
    return faultOf(this.wanted);
  }

  /** The editor that is searched. */
  private of: Editor | null = null;

  private get view() {
    const there = this.of && (this.of === writing.editor || this.of === writing.beside?.editor);
    return (there ? this.of : writing.editor)?.view;
  }

  /** From here on, the text that has the keyboard is searched; the panel is in one only. */
  private here() {
    const { view } = this;
    const { current, inSecond } = writing;
    if (current === this.of) return;
    if (view && view !== current?.view && isFindOpen(view)) closeFind(view, false);
    // A panel that goes with the keyboard in it gives that to its own text.
    writing.inSecond = inSecond;
    this.of = current;
  }

  /** Opens the panel, with what is selected. */
  async open(replacing: boolean) {
    if (!writing.draftId) return;
    if (views.now !== TEXT) {
      views.show(TEXT);
      await tick();
    }
    this.here();
    const { view } = this;
    if (!view) return;
    this.from = view.state.selection.main.from;
    const words = openFind(view);
    this.replacing = replacing && !view.state.readOnly ? true : this.replacing && replacing;
    if (words && !this.wanted.regexp) this.wanted.search = words;
    this.tell();
    await tick();
    const field = document.querySelector<HTMLInputElement>("[data-testid='find']");
    field?.focus();
    field?.select();
  }

  /** Closes the panel; false when it was not open. */
  close(): boolean {
    const { view } = this;
    if (!view || !isFindOpen(view)) return false;
    closeFind(view);
    return true;
  }

  /** The panel is gone. */
  closed() {
    clearTimeout(this.timer);
    this.found = null;
  }

  /** What is looked for has changed: goes to the first place from where the search began. */
  changed() {
    const { view, wanted } = this;
    if (!view) return;
    this.tell();
    if (wanted.search && !this.fault) seek(view, wanted, this.from);
  }

  set(change: Partial<Wanted>) {
    this.wanted = { ...this.wanted, ...change };
    this.changed();
  }

  /** Tells the editor what is looked for. */
  tell() {
    const { view } = this;
    if (!view || !isFindOpen(view)) return;
    want(view, this.fault ? { ...this.wanted, search: "" } : this.wanted);
    this.later(0);
  }

  /** Counts again, soon. */
  later(pause = PAUSE_MS) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { view, wanted } = this;
      this.found =
        view && isFindOpen(view) && wanted.search && !this.fault
          ? countFound(view, $state.snapshot(wanted))
          : null;
    }, pause);
  }

  step(by: 1 | -1) {
    if (!this.view || !isFindOpen(this.view)) this.here();
    const { view } = this;
    if (!view) return;
    // Without the panel the last search goes on.
    if (!isFindOpen(view)) {
      if (!this.wanted.search) return void this.open(false);
      if (this.fault) return;
      want(view, this.wanted);
    }
    if (by > 0) toNext(view);
    else toPrevious(view);
    this.from = view.state.selection.main.from;
  }

  one() {
    const { view } = this;
    if (view && !this.fault) replaceOne(view);
  }

  /** Replaces all places; gives back how many there were. */
  each(): number {
    const { view, found } = this;
    if (!view || this.fault || view.state.readOnly) return 0;
    const count = countFound(view, $state.snapshot(this.wanted));
    if (!found || !replaceEach(view)) return 0;
    this.later(0);
    return count.count;
  }

  /** Selects all places, to be typed over at once. */
  all() {
    const { view } = this;
    if (view && selectAllFound(view)) view.focus();
  }
}

export const find = new Find();
