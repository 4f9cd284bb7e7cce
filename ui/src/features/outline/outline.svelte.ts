import { lineKinds } from "../../editor/layout";
import { type Landmark, landmarkAt, outlineOf } from "../../editor/outline";
import { writing } from "../writing/writing.svelte";

/** The text is read for its outline once the person pauses. */
const PAUSE_MS = 250;

class Outline {
  landmarks = $state.raw<Landmark[]>([]);
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** The landmark in which the caret stands. */
  get current(): number {
    return landmarkAt(this.landmarks, writing.selection.from);
  }

  /** Reads the text anew, soon or at once. */
  read(pause = PAUSE_MS) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), pause);
  }

  /** Reads it this moment. */
  now() {
    clearTimeout(this.timer);
    const { editor, document } = writing;
    if (!editor || !document) {
      this.landmarks = [];
      return;
    }
    // While an input method composes, the text is not what it will be.
    if (editor.composing()) this.read();
    else this.landmarks = outlineOf(editor.view.state.doc, document.kind, lineKinds(editor.view));
  }

  stop() {
    clearTimeout(this.timer);
  }

  /** Goes to a landmark. */
  go({ at }: Landmark) {
    writing.editor?.reveal(at, at);
    writing.editor?.focus();
  }
}

export const outline = new Outline();
