import { DESKS } from "../../desks";
import { writing } from "./writing.svelte";

/** The text itself, which every kind of document has. */
export const TEXT = "text";

/** Which view of the open draft stands in the main area. */
class Views {
  private chosen = $state(TEXT);

  /** A kind without that view shows its text. */
  get now(): string {
    return this.view ? this.chosen : TEXT;
  }

  get view() {
    const kind = writing.document?.kind;
    return kind ? DESKS[kind].views?.find(({ id }) => id === this.chosen) : undefined;
  }

  show(id: string) {
    this.chosen = id;
  }
}

export const views = new Views();
