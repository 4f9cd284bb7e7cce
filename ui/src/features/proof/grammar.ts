import type { Grammar, Wrong } from "../../editor/grammar";
import { call } from "../../host";
import type { English } from "../../wire/bindings";

/** More paragraphs than this are never remembered. */
const MOST_KNOWN = 2_000;
/** What is shown first is not to wait for all. */
const AT_ONCE = 20;
/** After a failure nothing is asked for a while. */
const REST_MS = 30_000;

/** English paragraphs, looked at off the typing path and remembered. */
class Checked implements Grammar {
  private readonly known = new Map<string, readonly Wrong[]>();
  private restUntil = 0;

  constructor(private readonly english: English) {}

  in(paragraph: string) {
    return this.known.get(paragraph);
  }

  async ask(paragraphs: string[], markdown: boolean): Promise<boolean> {
    if (Date.now() < this.restUntil) return false;
    if (this.known.size > MOST_KNOWN) this.known.clear();
    try {
      for (let at = 0; at < paragraphs.length; at += AT_ONCE) {
        const some = paragraphs.slice(at, at + AT_ONCE);
        const { english } = this;
        const all = await call("check_grammar", { paragraphs: some, markdown, english });
        for (const [n, wrong] of all.entries()) this.known.set(some[n] ?? "", wrong);
        if (all.length < some.length) throw new Error("not all were looked at");
      }
      return true;
    } catch {
      this.restUntil = Date.now() + REST_MS;
      return false;
    }
  }
}

let checked: [English, Grammar] | null = null;

/** What knows this English; the same one for as long as it is the same English. */
export function grammarOf(english: English): Grammar {
  if (checked?.[0] !== english) checked = [english, new Checked(english)];
  return checked[1];
}
