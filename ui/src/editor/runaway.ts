/**
 * Whether an expression can run for hours. A backtracking engine tries every way in which a text can
 * be matched; where a loop can be gone through in two ways on the same letters, their number doubles
 * with each letter. That is told here without running anything: the expression becomes an automaton
 * whose states are its letters, and a state that comes back to itself in two ways is looked for
 * (exponential ambiguity; Weber and Seidl, "On the degree of ambiguity of finite automata", 1991).
 */

/** Longer expressions are not looked through. */
const MOST_STATES = 120;
/** Repetitions by number are written out this often at most; more is as good as without end. */
const MOST_COPIES = 4;
/** The most steps of the search. */
const MOST_STEPS = 400_000;

/** Letters that stand for all: two classes meet if they share one of these. */
const SAMPLES = [..."aAzZ09_ \t\n.-+*/\\'\"(),:;!?@#éÉßñЖжλ中潮。，“》한😀"];

/** A part of an expression: where it can begin and end, and whether it can be nothing. */
interface Part {
  first: number[];
  last: number[];
  empty: boolean;
}

const NOTHING: Part = { first: [], last: [], empty: true };

class Automaton {
  /** For each state, which samples it takes. */
  readonly takes: boolean[][] = [];
  /** For each state, those that can come next, and in how many ways. */
  readonly next: Map<number, number>[] = [];
  private at = 0;
  private samples: string[];

  constructor(
    private readonly source: string,
    private readonly flags: string,
  ) {
    this.samples = [...new Set([...SAMPLES, ...source.replace(/\\./gsu, "")])];
  }

  /** Reads all of it. */
  read(): Part {
    const part = this.either();
    if (this.at < this.source.length) throw new Error("no expression");
    return part;
  }

  private either(): Part {
    let all = this.row();
    while (this.source[this.at] === "|") {
      this.at++;
      const more = this.row();
      all = {
        first: [...all.first, ...more.first],
        last: [...all.last, ...more.last],
        empty: all.empty || more.empty,
      };
    }
    return all;
  }

  private row(): Part {
    let row = NOTHING;
    while (this.at < this.source.length && !"|)".includes(this.source[this.at] ?? ""))
      row = this.follow(row, this.repeated());
    return row;
  }

  private join(from: number[], to: number[]) {
    for (const a of from)
      for (const b of to) {
        const next = this.next[a];
        next?.set(b, (next.get(b) ?? 0) + 1);
      }
  }

  private follow(a: Part, b: Part): Part {
    this.join(a.last, b.first);
    return {
      first: a.empty ? [...a.first, ...b.first] : a.first,
      last: b.empty ? [...a.last, ...b.last] : b.last,
      empty: a.empty && b.empty,
    };
  }

  private repeated(): Part {
    const begin = this.at;
    let part = this.one();
    const written = this.source.slice(begin, this.at);
    const [, sign, least = "", comma, most = ""] =
      /^([*+?]|\{(\d+)(,?)(\d*)\})/.exec(this.source.slice(this.at)) ?? [];
    if (!sign) return part;
    this.at += sign.length;
    if (this.source[this.at] === "?") this.at++;
    const end = this.at;
    const low = sign === "*" || sign === "?" ? 0 : sign === "+" ? 1 : Number(least);
    const high =
      sign === "?" ? 1 : "*+".includes(sign) || (comma && !most) ? Infinity : Number(most || least);
    // A few copies one after the other; a loop where there are many.
    const endless = high > MOST_COPIES;
    const copies = endless ? Math.min(Math.max(low, 1), MOST_COPIES) : high;
    if (copies === 0) return NOTHING;
    for (let n = 1; n < copies; n++) {
      this.at = begin;
      const copy = this.again(written);
      part = this.follow(part, n < low ? copy : { ...copy, empty: true });
    }
    this.at = end;
    if (endless) this.join(part.last, part.first);
    return low === 0 ? { ...part, empty: true } : part;
  }

  private again(written: string): Part {
    const copy = this.one();
    this.at = Math.max(this.at, written.length);
    return copy;
  }

  private one(): Part {
    const { source } = this;
    const c = source[this.at] ?? "";
    if (c === "(") {
      const head = /^\(\?(?::|<\w+>|(<?[=!]))/.exec(source.slice(this.at));
      this.at += head ? head[0].length : 1;
      const inner = this.either();
      this.at++;
      // What only looks takes no letters; a loop in it counts all the same.
      return head?.[1] ? NOTHING : inner;
    }
    if (c === "^" || c === "$") {
      this.at++;
      return NOTHING;
    }
    const atom =
      /^(?:\[(?:\\[\s\S]|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[\da-fA-F]{4}|\\x[\da-fA-F]{2}|\\k<\w+>|\\c[A-Za-z]|\\\d+|\\[\s\S]|[\s\S])/u.exec(
        source.slice(this.at),
      )?.[0] ?? c;
    this.at += atom.length || 1;
    // Borders take nothing; what was matched before is left out.
    if (/^\\(?:[bB]|[1-9]|k<)/.test(atom)) return NOTHING;
    return this.state(atom);
  }

  private state(atom: string): Part {
    const n = this.takes.length;
    if (n >= MOST_STATES) throw new Error("too long");
    const expression = new RegExp(`^(?:${atom})$`, this.flags);
    this.takes.push(this.samples.map((sample) => expression.test(sample)));
    this.next.push(new Map());
    return { first: [n], last: [n], empty: false };
  }
}

/** Groups of nodes that can all be reached from one another. */
function components(count: number, edges: (node: number) => number[]): Int32Array {
  const group = new Int32Array(count).fill(-1);
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const stack: number[] = [];
  const onStack = new Uint8Array(count);
  let [time, groups, steps] = [0, 0, 0];
  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue;
    const work: { node: number; to: number[]; at: number }[] = [];
    const enter = (node: number) => {
      order[node] = low[node] = time++;
      stack.push(node);
      onStack[node] = 1;
      work.push({ node, to: edges(node), at: 0 });
    };
    enter(root);
    while (work.length) {
      const top = work[work.length - 1];
      if (!top) break;
      const next = top.to[top.at++];
      if (++steps > MOST_STEPS) throw new Error("too long");
      if (next !== undefined) {
        if (order[next] === -1) enter(next);
        else if (onStack[next]) low[top.node] = Math.min(low[top.node] ?? 0, order[next] ?? 0);
        continue;
      }
      work.pop();
      const above = work[work.length - 1];
      if (above) low[above.node] = Math.min(low[above.node] ?? 0, low[top.node] ?? 0);
      if (low[top.node] !== order[top.node]) continue;
      for (let node = -1; node !== top.node; ) {
        node = stack.pop() ?? top.node;
        onStack[node] = 0;
        group[node] = groups;
      }
      groups++;
    }
  }
  return group;
}

/** Whether the time that an expression takes can double with each letter of a text. */
export function runsAway(source: string, flags = "u"): boolean {
  const automaton = new Automaton(source, flags);
  try {
    automaton.read();
    const { next, takes } = automaton;
    const count = next.length;
    const alone = components(count, (state) => [...(next[state]?.keys() ?? [])]);
    for (let a = 0; a < count; a++)
      for (const [b, ways] of next[a] ?? []) if (ways > 1 && alone[a] === alone[b]) return true;
    const meet = (a: number, b: number) => takes[a]?.some((yes, n) => yes && takes[b]?.[n]);
    const met = new Map<number, boolean>();
    const together = (a: number, b: number) => {
      const key = a < b ? a * count + b : b * count + a;
      let found = met.get(key);
      if (found === undefined) {
        found = Boolean(meet(a, b));
        met.set(key, found);
      }
      return found;
    };
    // Two ways at once, on the same letters.
    const pairs = components(count * count, (pair) => {
      const [a, b] = [Math.floor(pair / count), pair % count];
      const found: number[] = [];
      for (const c of next[a]?.keys() ?? [])
        for (const d of next[b]?.keys() ?? []) {
          // Only loops matter.
          if (alone[a] !== alone[c] || alone[b] !== alone[d]) continue;
          if (together(c, d)) found.push(c * count + d);
        }
      return found;
    });
    const diagonal = new Set<number>();
    for (let a = 0; a < count; a++) diagonal.add(pairs[a * count + a] ?? -1);
    for (let a = 0; a < count; a++)
      for (let b = 0; b < count; b++)
        if (a !== b && diagonal.has(pairs[a * count + b] ?? -2)) return true;
    return false;
  } catch {
    // No expression, or one that is too long to be looked through.
    return false;
  }
}
