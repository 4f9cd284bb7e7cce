import type { TakeDto, TakeStatus } from "./bindings";

export const isOver = (status: TakeStatus) => status !== "waiting" && status !== "writing";
/** Tasks whose answers are no text of the document: parts of the brief, reports, conversations. */
const BESIDE = new Set(["premise", "characters", "coverage", "knowledge", "interview"]);
/** Tasks whose answers are no takes: they stand in a conversation, or beside a take. */
const SAID = new Set(["interview", "assistant", "summary", "judge"]);

/** Whether what a task writes is a text of the document. */
export const goesIntoText = (task: string) => !BESIDE.has(task) && !SAID.has(task);

export const isSaid = (take: TakeDto) => SAID.has(take.task);

export const isText = (take: TakeDto) =>
  !BESIDE.has(take.task) && take.facts.own?.answer !== "take";
export const isPart = (take: TakeDto) => take.task === "premise" || take.task === "characters";
export const isPending = (take: TakeDto) => take.decision === "pending";

const RANK: Record<TakeStatus, number> = {
  waiting: 0,
  writing: 1,
  done: 2,
  stopped: 2,
  incomplete: 2,
  failed: 2,
  interrupted: 2,
};

/** The newer of two states of one take: answers and events may cross on the way. */
export function mergeTake(known: TakeDto | undefined, next: TakeDto): TakeDto {
  if (!known) return next;
  const older =
    RANK[next.status] < RANK[known.status] ||
    (RANK[next.status] === RANK[known.status] && next.tokens < known.tokens);
  const newer = older ? known : next;
  const decision =
    known.decision !== "pending" && next.decision === "pending" ? known.decision : next.decision;
  return newer.decision === decision ? newer : { ...newer, decision };
}

/** Newest first; siblings in their order. */
export function newestFirst(takes: TakeDto[]): TakeDto[] {
  const started = new Map<string, number>();
  for (const take of takes) {
    const at = started.get(take.batch_id);
    if (at === undefined || take.created_at < at) started.set(take.batch_id, take.created_at);
  }
  return takes.slice().sort((a, b) => {
    if (a.batch_id === b.batch_id) return a.variant - b.variant;
    const time = (started.get(b.batch_id) ?? 0) - (started.get(a.batch_id) ?? 0);
    return time || (a.batch_id < b.batch_id ? 1 : -1);
  });
}
