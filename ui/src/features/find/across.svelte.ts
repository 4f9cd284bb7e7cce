import { EditorState } from "@codemirror/state";
import { type Fault, faultOf, type Place, placesIn, type Wanted } from "../../editor/find";
import { call } from "../../host";
import { number } from "../../locales/index.svelte";
import type { DocumentKind, LeftBecause, TextInProject } from "../../wire/bindings";
import { library } from "../library/library.svelte";
import { attempt, notices } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";

const PAUSE_MS = 250;
/** A text with as many places as this is left as it is. */
const MOST_PLACES = 200_000;
/** Places of a text whose surroundings are shown. */
export const SHOWN = 4;
const AROUND = 48;

/** A place with what stands around it. */
export interface Excerpt {
  before: string;
  match: string;
  insert: string;
  after: string;
}

export interface Group {
  draft: TextInProject;
  revision: number;
  places: Place[];
  excerpts: Excerpt[];
  chosen: boolean;
}

const wellFormed = (text: string) => text.replace(/\s+/g, " ");

/** What stands around the first places. */
export function excerptsOf(body: string, places: readonly Place[]): Excerpt[] {
  return places.slice(0, SHOWN).map(({ from, to, insert }) => {
    const begin = Math.max(body.lastIndexOf("\n", from - 1) + 1, from - AROUND, 0);
    const stop = body.indexOf("\n", to);
    const end = Math.min(stop < 0 ? body.length : stop, to + AROUND);
    return {
      before:
        (begin > 0 && body[begin - 1] !== "\n" ? "…" : "") + wellFormed(body.slice(begin, from)),
      match: wellFormed(body.slice(from, to)),
      insert: wellFormed(insert),
      after: wellFormed(body.slice(to, end)) + (end < body.length && body[end] !== "\n" ? "…" : ""),
    };
  });
}

/** Find and replace in all texts of a project. */
class Across {
  shown = $state(false);
  wanted = $state<Wanted>({
    search: "",
    replace: "",
    caseSensitive: false,
    wholeWord: false,
    regexp: false,
  });
  groups = $state<Group[]>([]);
  /** How many texts were looked through, of how many; none while nothing is looked for. */
  progress = $state<{ done: number; all: number } | null>(null);
  replacing = $state(false);
  /** What could not be changed in the last replacement. */
  left = $state.raw<{ title: string; kind: DocumentKind; why: LeftBecause }[]>([]);
  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  get fault(): Fault | null {
    return faultOf(this.wanted);
  }

  get searching(): boolean {
    return this.progress !== null && this.progress.done < this.progress.all;
  }

  /** What a replacement would change. */
  get chosen(): Group[] {
    return this.groups.filter(({ draft, chosen }) => chosen && !draft.locked);
  }

  get places(): number {
    return this.chosen.reduce((sum, { places }) => sum + places.length, 0);
  }

  open(wanted?: Wanted) {
    if (!library.projectId) return;
    if (wanted) this.wanted = { ...wanted };
    this.left = [];
    this.shown = true;
    this.later(0);
  }

  close() {
    this.shown = false;
    clearTimeout(this.timer);
    this.asked++;
    this.groups = [];
    this.progress = null;
  }

  set(change: Partial<Wanted>) {
    this.wanted = { ...this.wanted, ...change };
    this.later();
  }

  later(pause = PAUSE_MS) {
    clearTimeout(this.timer);
    const asked = ++this.asked;
    if (!this.wanted.search || this.fault) {
      this.groups = [];
      this.progress = null;
      return;
    }
    this.timer = setTimeout(() => void attempt(() => this.look(asked)), pause);
  }

  /** Looks through one text after the other. */
  private async look(asked: number) {
    const id = library.projectId;
    if (!id || !(await writing.flush())) return;
    const wanted = $state.snapshot(this.wanted);
    const texts = await call("texts_in_project", { id });
    if (asked !== this.asked) return;
    // What was not wanted before is not wanted now either.
    const refused = new Set(
      this.groups.filter(({ chosen }) => !chosen).map(({ draft }) => draft.draft_id),
    );
    const groups: Group[] = [];
    this.progress = { done: 0, all: texts.length };
    for (const [n, draft] of texts.entries()) {
      const { body, revision } = await call("draft_text", { id: draft.draft_id });
      if (asked !== this.asked) return;
      const state = EditorState.create({ doc: body });
      // Line ends of other systems would put every place somewhere else.
      const plain = state.doc.length === body.length;
      const places = plain ? placesIn(state, wanted, MOST_PLACES) : placesRaw(body, wanted);
      if (places.length) {
        groups.push({
          draft,
          revision,
          places,
          excerpts: excerptsOf(body, places),
          chosen: !draft.locked && places.length < MOST_PLACES && !refused.has(draft.draft_id),
        });
      }
      this.progress = { done: n + 1, all: texts.length };
    }
    this.groups = groups;
  }

  /** Replaces what is chosen, and offers the way back. */
  async replace() {
    const { chosen } = this;
    if (!chosen.length || this.replacing) return;
    this.replacing = true;
    await attempt(async () => {
      const replaced = await this.change(
        chosen.map(({ draft, revision, places }) => ({
          draft_id: draft.draft_id,
          revision,
          edits: places.map((place) => ({ ...place })),
        })),
      );
      const done = replaced.filter(({ revision }) => revision !== null);
      const places = done.reduce((sum, one) => sum + one.places, 0);
      this.left = replaced.flatMap(({ draft_id, left }) => {
        const group = chosen.find(({ draft }) => draft.draft_id === draft_id);
        return left && group
          ? [{ title: group.draft.title, kind: group.draft.kind, why: left }]
          : [];
      });
      if (!done.length) return this.later(0);
      const back = done.flatMap(({ draft_id, revision }) =>
        revision === null ? [] : [{ draft_id, revision }],
      );
      notices.note(
        "find.replaced_across",
        { places: number(places), documents: number(done.length) },
        () => void this.takeBack(back),
      );
      if (this.left.length) this.later(0);
      else this.close();
    });
    this.replacing = false;
  }

  /** Changes drafts; the open one is shown as it is then. */
  private async change(
    drafts: { draft_id: string; revision: number; edits: Place[] }[],
  ): Promise<Awaited<ReturnType<typeof replaceAcross>>> {
    const open = drafts.find(({ draft_id }) => draft_id === writing.draftId);
    if (!open) return replaceAcross(drafts);
    let replaced: Awaited<ReturnType<typeof replaceAcross>> | undefined;
    await writing.change(async (id) => {
      replaced = await replaceAcross(drafts);
      return call("open_draft", { id });
    }, "keep");
    return replaced ?? [];
  }

  /** Takes a replacement back where nothing was changed since. */
  private async takeBack(drafts: { draft_id: string; revision: number }[]) {
    let missed = 0;
    const step = async ({ draft_id, revision }: { draft_id: string; revision: number }) => {
      const answer = await call("undo", { draft_id, base_revision: revision }).catch(() => null);
      if (!answer?.done) missed++;
    };
    await writing.flush();
    for (const draft of drafts) {
      if (draft.draft_id !== writing.draftId) await step(draft);
      else
        await writing.change(async (id) => {
          await step(draft);
          return call("open_draft", { id });
        }, "keep");
    }
    if (missed) notices.note("find.not_all_back", { count: number(missed) });
    else notices.note("find.all_back");
    await library.reloadDocuments();
  }
}

const replaceAcross = (drafts: { draft_id: string; revision: number; edits: Place[] }[]) =>
  call("replace_across", { drafts });

/** The places of a text with line ends of other systems, which the editor's lines would not have. */
function placesRaw(body: string, wanted: Wanted): Place[] {
  const kept: number[] = [];
  let plain = "";
  for (let at = 0; at < body.length; at++) {
    if (body[at] === "\r" && body[at + 1] === "\n") continue;
    plain += body[at] === "\r" ? "\n" : body[at];
    kept.push(at);
  }
  kept.push(body.length);
  const state = EditorState.create({ doc: plain });
  return placesIn(state, wanted, MOST_PLACES).map(({ from, to, insert }) => ({
    from: kept[from] ?? 0,
    to: kept[to] ?? body.length,
    insert,
  }));
}

export const across = new Across();
