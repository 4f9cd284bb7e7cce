import type { CommentDto } from "../../wire/bindings";
import { beside } from "../split/beside.svelte";
import { writing } from "../writing/writing.svelte";
import { Remarks } from "./remarks.svelte";

const KEPT = "inkstone.comments";

/** The rail of comments: of the text that had the keyboard last. */
class Comments {
  /** Whether the rail stands beside the text. */
  shown = $state(false);
  /** Whether resolved ones are listed. */
  resolved = $state(false);

  /** Those on the first text, which a second view of it shows as well. */
  readonly first = new Remarks(
    {
      get draftId() {
        return writing.draftId;
      },
      get editors() {
        return [writing.editor, beside.same ? beside.editor : null].filter((one) => one !== null);
      },
      get editor() {
        return beside.same ? writing.current : writing.editor;
      },
      get selection() {
        return beside.same && writing.inSecond ? beside.selection : writing.selection;
      },
      refer: (run) => writing.refer(run),
    },
    () => this.show(true),
  );

  /** Those on another text beside it. */
  readonly second = new Remarks(
    {
      get draftId() {
        return beside.draftId;
      },
      get editors() {
        return beside.editor ? [beside.editor] : [];
      },
      get editor() {
        return beside.editor;
      },
      get selection() {
        return beside.selection;
      },
      refer: (run) => beside.refer(run),
    },
    () => this.show(true),
  );

  constructor() {
    try {
      this.shown = localStorage.getItem(KEPT) === "true";
    } catch {
      // A window without storage: the default is fine.
    }
  }

  /** Those that are listed and written now. */
  get now(): Remarks {
    return writing.inSecond && beside.apart ? this.second : this.first;
  }

  get listed(): CommentDto[] {
    return this.resolved ? this.now.list : this.now.open;
  }

  get current(): string | null {
    return this.now.current;
  }

  show(on: boolean) {
    this.shown = on;
    try {
      localStorage.setItem(KEPT, String(on));
    } catch {
      // See above.
    }
  }

  begin = () => this.now.begin();

  /** The second text is another one, or stands otherwise. */
  lookBeside() {
    this.second.look(beside.apart);
    if (beside.same) this.first.draw();
  }

  stop() {
    this.first.stop();
    this.second.stop();
  }
}

export const comments = new Comments();
