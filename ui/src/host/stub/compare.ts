import type { DiffPieceDto } from "../../wire/bindings";

/** A comparison by words that share a beginning and an end; enough for a pretended library. */
export function compare(old: string, now: string): DiffPieceDto[] {
  const a = old.split(/(?<=\s)/);
  const b = now.split(/(?<=\s)/);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail++;
  const pieces: DiffPieceDto[] = [
    { change: "equal", text: a.slice(0, head).join("") },
    { change: "delete", text: a.slice(head, a.length - tail).join("") },
    { change: "insert", text: b.slice(head, b.length - tail).join("") },
    { change: "equal", text: a.slice(a.length - tail).join("") },
  ];
  return pieces.filter(({ text }) => text);
}

/** English words plus Chinese characters, and characters without line breaks. */
export function count(text: string) {
  const words = text.match(/[\p{Script=Latin}\p{N}'’-]+|\p{Script=Han}/gu)?.length ?? 0;
  return { words, characters: Array.from(text.replace(/\n/g, "")).length };
}
