import type { TreeNode } from "../../wire/bindings";

/** What is drawn beside one row of the history. */
export interface Row {
  node: TreeNode;
  /** Column of the node's bead; 0 is the open draft's. */
  lane: number;
  /** Columns whose lines pass this row from top to bottom. */
  through: number[];
  /** Whether the node's own line goes on above and below it. */
  up: boolean;
  down: boolean;
  /** Columns whose lines come down to this node: drafts that grew out of it, or were merged from it. */
  from: number[];
}

export interface Tree {
  rows: Row[];
  /** How many columns there are. */
  lanes: number;
}

/**
 * The tree of a document's history: nodes newest first, a column for each draft. A draft's line
 * begins at its newest node and runs down to the node that it grew out of; that of a merged draft
 * runs from the merge down to what was merged. What leads to a node that is not loaded yet runs on
 * to the end.
 */
export function treeOf(nodes: TreeNode[], openDraft: string | null): Tree {
  const at = new Map(nodes.map((node, index) => [node.id, index]));
  const columns = new Map<string, number>();
  if (openDraft && nodes.some((node) => node.draft_id === openDraft)) columns.set(openDraft, 0);
  for (const { draft_id } of nodes) if (!columns.has(draft_id)) columns.set(draft_id, columns.size);
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  for (const [index, { draft_id }] of nodes.entries()) {
    if (!first.has(draft_id)) first.set(draft_id, index);
    last.set(draft_id, index);
  }
  const rows: Row[] = nodes.map((node, index) => ({
    node,
    lane: columns.get(node.draft_id) ?? 0,
    through: [],
    up: first.get(node.draft_id) !== index,
    down: last.get(node.draft_id) !== index,
    from: [],
  }));
  /** A line in a column from one row down to the node it leads to. */
  const lead = (lane: number, from: number, to: string | null) => {
    const end = to === null ? from : (at.get(to) ?? nodes.length);
    if (to === null || end <= from) return;
    const start = rows[from];
    if (start) start.down = true;
    for (const row of rows.slice(from + 1, end))
      if (!row.through.includes(lane)) row.through.push(lane);
    const target = rows[end];
    if (target && target.lane !== lane && !target.from.includes(lane)) target.from.push(lane);
  };
  for (const [draft, end] of last) {
    const lane = columns.get(draft) ?? 0;
    for (const row of rows.slice((first.get(draft) ?? 0) + 1, end))
      if (row.lane !== lane) row.through.push(lane);
    const oldest = nodes[end];
    if (!oldest?.parent_id) continue;
    const parent = at.get(oldest.parent_id);
    // An older node of the same draft that is filtered away is no other branch.
    if (parent === undefined || nodes[parent]?.draft_id !== draft)
      lead(lane, end, oldest.parent_id);
  }
  return { rows, lanes: Math.max(1, columns.size) };
}
