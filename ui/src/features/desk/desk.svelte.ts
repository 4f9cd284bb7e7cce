import { call } from "../../host";
import type { AdGrid, FindingDto, TreeNode } from "../../wire/bindings";
import { compare } from "../compare/compare.svelte";
import { attempt } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";

export const TABS = ["brief", "scenes", "assistant", "takes", "checks", "history"] as const;
export type Tab = (typeof TABS)[number];

/** Nodes of the history read at once, and at most. */
const PAGE = 100;
const LARGEST_PAGE = 500;

class Desk {
  /** Told when something is being written: the text should be in sight. */
  onAsked: () => void = () => undefined;
  tab = $state<Tab>("brief");
  findings = $state<FindingDto[] | null>(null);
  /** The history of all drafts of the document, newest first, as far as it is loaded. */
  nodes = $state.raw<TreeNode[] | null>(null);
  /** Whether there is an older part. */
  older = $state(false);
  versionsOnly = $state(false);
  hiddenToo = $state(false);
  /** Id of the node whose actions are on show. */
  chosen = $state<string | null>(null);
  grid = $state<AdGrid | null>(null);
  /** Id of the take whose record is open. */
  record = $state<string | null>(null);
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
    this.older = false;
    this.chosen = null;
    this.grid = null;
    this.record = null;
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

  private page(before: string | null, most: number) {
    const document_id = writing.document?.id ?? "";
    const { versionsOnly: versions_only, hiddenToo: hidden } = this;
    return call("document_history", { document_id, versions_only, hidden, before, most });
  }

  /** Reads the history again, as much of it as was on show. */
  loadHistory() {
    const most = Math.min(LARGEST_PAGE, Math.max(PAGE, this.nodes?.length ?? 0));
    return this.load(
      () => this.page(null, most),
      ({ nodes, more }) => {
        this.nodes = nodes;
        this.older = more;
      },
    );
  }

  /** Goes on with the older part. */
  loadOlder() {
    const { nodes } = this;
    const last = nodes?.at(-1);
    if (!nodes || !last || !this.older) return Promise.resolve();
    return this.load(
      () => this.page(last.id, PAGE),
      ({ nodes: found, more }) => {
        // Meanwhile the history may have been read again.
        if (this.nodes !== nodes) return;
        this.nodes = [...nodes, ...found];
        this.older = more;
      },
    );
  }

  /** Names a node; an empty name takes it away. */
  nameNode = (id: string, name: string) =>
    attempt(async () => {
      await call("name_node", { id, name });
      await this.loadHistory();
    });

  hideNode = (id: string, hidden: boolean) =>
    attempt(async () => {
      await call("hide_node", { id, hidden });
      await this.loadHistory();
    });

  loadGrid() {
    return this.load(
      (id) => call("ad_grid", { id }),
      (found) => {
        this.grid = found;
      },
    );
  }

  compare(node: TreeNode) {
    return compare.withDraft(node.id);
  }

  async restore(node: TreeNode): Promise<boolean> {
    const view = await writing.change(
      (draft_id) => call("restore_node", { draft_id, node_id: node.id }),
      "keep",
    );
    if (!view) return false;
    await this.loadHistory();
    return true;
  }
}

export const desk = new Desk();
