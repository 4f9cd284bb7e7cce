import { call } from "../../host";
import type { ComparisonDto, ScriptComparisonDto, StateRef } from "../../wire/bindings";
import { notices } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";
import { type Change, type Here, passagesOf } from "./changes";

export type Look = "inline" | "sides" | "scenes";
const KEPT = "inkstone.compare";

function keptLook(): Look {
  try {
    const kept = localStorage.getItem(KEPT);
    return kept === "sides" || kept === "scenes" ? kept : "inline";
  } catch {
    return "inline";
  }
}

/** Two states of the open document side by side. Opened by {@link Compare.open}. */
class Compare {
  found = $state.raw<ComparisonDto | null>(null);
  /** The same by scene and element, once it was asked for. */
  script = $state.raw<ScriptComparisonDto | null>(null);
  private chosen = $state<Look>(keptLook());
  /** The change that was stepped to. */
  at = $state(0);
  busy = $state(false);

  get shown(): boolean {
    return this.found !== null;
  }

  /** How it is shown; scenes are a script's alone. */
  get look(): Look {
    return this.chosen === "scenes" && writing.document?.kind !== "screenplay"
      ? "inline"
      : this.chosen;
  }

  /** Whether passages can be taken: the new side is the draft that is open. */
  get takes(): boolean {
    const state = this.found?.new.state;
    return state?.of === "draft" && state.id === writing.draftId;
  }

  /** Shows what differs; the open draft always stands on the new side. */
  async open(old: StateRef, now: StateRef): Promise<boolean> {
    const own = (state: StateRef) => state.of === "draft" && state.id === writing.draftId;
    const [a, b] = own(old) && !own(now) ? [now, old] : [old, now];
    if (!(await writing.flush())) return false;
    try {
      const found = await call("compare_states", { old: a, new: b });
      const script = this.look === "scenes" ? await this.byScene(a, b) : null;
      this.at = 0;
      this.script = script;
      this.found = found;
      return true;
    } catch (reason) {
      notices.report(reason);
      return false;
    }
  }

  /** Compares a point of the history with the open draft. */
  async withDraft(node_id: string): Promise<boolean> {
    const id = writing.draftId;
    return id !== null && (await this.open({ of: "node", id: node_id }, { of: "draft", id }));
  }

  /** Puts a passage of the old side into the open draft, in one step of undo. */
  take(block: Change | Here) {
    const { found } = this;
    return found ? this.run(passagesOf(found, block), []) : Promise.resolve(false);
  }

  takeField(field: string) {
    return this.run([], [field]);
  }

  private async run(passages: ReturnType<typeof passagesOf>, fields: string[]): Promise<boolean> {
    const { found } = this;
    if (!found || !this.takes || this.busy) return false;
    this.busy = true;
    const { state, revision } = found.old;
    const base = found.new.revision;
    const view = await writing.change(
      (draft_id, saved) =>
        call("take_passages", {
          draft_id,
          // What was typed since the comparison would shift its places: the studio refuses that.
          base_revision: fields.length ? saved : (base ?? saved),
          source: state,
          source_revision: revision,
          passages,
          fields,
        }),
      "keep",
    );
    this.busy = false;
    if (!view) return false;
    if (fields.length) writing.brief = view.brief;
    const at = this.at;
    const again = await this.open(state, found.new.state);
    this.at = at;
    return again;
  }

  /** Brings the whole old side back, if it is a point of the history. */
  async restore(): Promise<boolean> {
    const state = this.found?.old.state;
    if (state?.of !== "node" || !this.takes) return false;
    const view = await writing.change(
      (draft_id) => call("restore_node", { draft_id, node_id: state.id }),
      "keep",
    );
    if (!view) return false;
    this.close();
    return true;
  }

  private byScene(old: StateRef, now: StateRef) {
    return call("compare_scripts", { old, new: now });
  }

  async choose(look: Look) {
    const { found } = this;
    if (look === "scenes" && found && !this.script) {
      try {
        const script = await this.byScene(found.old.state, found.new.state);
        if (this.found !== found) return;
        this.script = script;
      } catch (reason) {
        notices.report(reason);
        return;
      }
    }
    this.at = 0;
    this.chosen = look;
    try {
      localStorage.setItem(KEPT, look);
    } catch {
      // A window without storage forgets.
    }
  }

  close() {
    this.found = null;
    this.script = null;
  }
}

export const compare = new Compare();
