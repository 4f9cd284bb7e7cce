import { call } from "../../host";
import type { AdGrid, DiffPieceDto, FindingDto, HistoryNodeDto } from "../../wire/bindings";
import { attempt } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";

export const TABS = ["brief", "takes", "checks", "history"] as const;
export type Tab = (typeof TABS)[number];

class Desk {
  /** Told when something is being written: the text should be in sight. */
  onAsked: () => void = () => undefined;
  tab = $state<Tab>("brief");
  findings = $state<FindingDto[] | null>(null);
  nodes = $state<HistoryNodeDto[] | null>(null);
  grid = $state<AdGrid | null>(null);
  /** Id of the take whose record is open. */
  record = $state<string | null>(null);
  compared = $state<{ node: HistoryNodeDto; pieces: DiffPieceDto[] } | null>(null);
  /** A wish that goes with the next task. */
  note = $state("");
  tone = $state("");
  scene = $state(1);
  /** Why the last wish could not be granted. */
  hint = $state<string | null>(null);

  /** Another draft is open: nothing of the last one may stay on show. */
  reset() {
    this.findings = null;
    this.nodes = null;
    this.grid = null;
    this.record = null;
    this.compared = null;
    this.note = "";
    this.scene = 1;
    this.hint = null;
  }

  private async load<T>(fetch: (id: string) => Promise<T>, put: (found: T) => void) {
    const id = writing.draftId;
    if (!id) return;
    await attempt(async () => {
      const found = await fetch(id);
      if (writing.draftId === id) put(found);
    });
  }

  async loadChecks() {
    if (!(await writing.flush())) return;
    await this.load(
      (id) => call("check", { id }),
      (found) => {
        this.findings = found;
      },
    );
  }

  loadHistory() {
    return this.load(
      (id) => call("history", { id }),
      (found) => {
        this.nodes = found;
      },
    );
  }

  loadGrid() {
    return this.load(
      (id) => call("ad_grid", { id }),
      (found) => {
        this.grid = found;
      },
    );
  }

  async compare(node: HistoryNodeDto) {
    if (!(await writing.flush())) return;
    await this.load(
      (draft_id) => call("compare", { draft_id, node_id: node.id }),
      (pieces) => {
        this.compared = { node, pieces };
      },
    );
  }

  async restore(node: HistoryNodeDto): Promise<boolean> {
    const view = await writing.change(
      (draft_id) => call("restore_node", { draft_id, node_id: node.id }),
      "keep",
    );
    if (!view) return false;
    this.compared = null;
    await this.loadHistory();
    return true;
  }
}

export const desk = new Desk();
