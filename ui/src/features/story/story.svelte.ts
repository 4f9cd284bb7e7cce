import type { Text } from "@codemirror/state";
import { call } from "../../host";
import type { BeatDto, PromptPageDto, ReportDto, Stage, StoryDto } from "../../wire/bindings";
import { attempt } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";

/** A line of Fountain has no line ends. */
const oneLine = (text: string) => text.replace(/\s*\n\s*/g, " ");

/** The story of the open script: its stages in the text, and what stands beside it. */
class Story {
  data = $state<StoryDto | null>(null);
  pages = $state<PromptPageDto[]>([]);
  reports = $state<ReportDto[]>([]);
  /** The text that the places of `data` belong to. */
  private doc: Text | null = null;
  private draft: string | null = null;
  /**
   * What was typed into beats and synopses and is not in the text yet: it outlives what is read
   * meanwhile, and only the last of it is put there.
   */
  private typed = new Map<string, string>();

  private get now(): Text | null {
    return writing.editor?.view.state.doc ?? null;
  }

  /** Reads the stages anew; what was typed meanwhile makes the answer void. */
  async load() {
    const id = writing.draftId;
    if (id !== this.draft) {
      this.data = null;
      this.typed.clear();
      this.draft = id;
    }
    if (!id || !(await writing.flush())) return;
    const doc = this.now;
    await attempt(async () => {
      const data = await call("story", { id });
      if (writing.draftId !== id || this.now !== doc) return;
      // A beat that waits to be filled in is none yet for the studio.
      const waits = this.doc === doc && this.data?.beats.some(({ text }) => text.trim() === "");
      this.data = waits && this.data ? { ...data, beats: this.data.beats } : data;
      this.doc = doc;
      this.retype();
    });
  }

  /** Fields show what is typed into them, whatever was read. */
  private retype() {
    for (const [n, beat] of (this.data?.beats ?? []).entries())
      beat.text = this.typed.get(`beat ${n}`) ?? beat.text;
    for (const [n, scene] of (this.data?.scenes ?? []).entries())
      scene.synopsis = this.typed.get(`synopsis ${n}`) ?? scene.synopsis;
  }

  /** Puts what was typed into a field into the text, again while more is typed meanwhile. */
  private async settle(field: string, text: string, put: (text: string) => Promise<void>) {
    const busy = this.typed.has(field);
    this.typed.set(field, text);
    if (busy) return;
    try {
      // Something else has changed the text: its places are looked up first.
      if (this.now !== this.doc) await this.load();
      for (let last: string | undefined; last !== this.typed.get(field); ) {
        last = this.typed.get(field);
        if (last !== undefined) await put(last);
      }
    } finally {
      this.typed.delete(field);
    }
  }

  async keep(stage: Stage, number: number) {
    const draft_id = writing.draftId;
    if (!draft_id || !(await writing.flush())) return;
    const doc = this.now;
    await attempt(async () => {
      const data = await call("keep_part", { draft_id, stage, number });
      if (writing.draftId === draft_id && this.now === doc) {
        this.data = data;
        this.doc = doc;
      }
    });
  }

  /** Why a part is stale, if it is. */
  stale(stage: Stage, number = 0) {
    return this.data?.stale.find((s) => s.stage === stage && s.number === number);
  }

  /** Puts a text in a place of the script, and moves the places behind it. */
  private async put(place: () => { from: number; to: number } | undefined, insert: string) {
    // Something else has changed the text: its places are looked up first.
    if (this.now !== this.doc) await this.load();
    const at = place();
    const { editor } = writing;
    if (!at || !editor || !this.data || this.now !== this.doc) return;
    editor.replace(at.from, at.to, insert);
    const by = insert.length - (at.to - at.from);
    const moved = (n: number) => (n >= at.to ? n + by : n);
    for (const beat of this.data.beats) {
      const own = beat.from === at.from;
      if (!own) beat.from = moved(beat.from);
      beat.to = moved(beat.to);
    }
    for (const scene of this.data.scenes) {
      scene.heading_from = moved(scene.heading_from);
      scene.heading_to = moved(scene.heading_to);
      const own = scene.from === at.from;
      if (!own) scene.from = moved(scene.from);
      scene.to = own ? at.from + insert.length : moved(scene.to);
    }
    this.doc = this.now;
  }

  async setBeat(n: number, typed: string) {
    const text = oneLine(typed);
    const beat = this.data?.beats[n];
    if (!beat || beat.text === text) return;
    beat.text = text;
    await this.settle(`beat ${n}`, text, (last) =>
      this.put(() => this.data?.beats[n], `= ${last}`),
    );
  }

  /** Adds a beat after another, or the first one. */
  async addBeat(after: number) {
    const beats = this.data?.beats;
    if (!beats) return;
    const last = beats[after];
    if (last) {
      const end = last.to;
      await this.put(() => ({ from: end, to: end }), "\n\n= ");
      // What stands behind was moved; the new one stands between.
      last.to = end;
      const added: BeatDto = { text: "", act: last.act, from: end + 2, to: end + 4 };
      beats.splice(after + 1, 0, added);
      return;
    }
    const at = (await this.beatPlace()) ?? 0;
    await this.put(() => ({ from: at, to: at }), at === 0 ? "= \n\n" : "\n\n= ");
    await this.load();
    if (this.data && this.data.beats.length === 0) {
      const from = at === 0 ? 0 : at + 2;
      this.data.beats = [{ text: "", act: null, from, to: from + 2 }];
    }
  }

  async removeBeat(n: number) {
    const beat = this.data?.beats[n];
    const doc = this.now;
    if (!beat || !doc) return;
    // Its blank line goes with it.
    const behind = doc.sliceString(beat.to, beat.to + 2);
    const end = behind === "\n\n" ? beat.to + 2 : beat.to;
    await this.put(() => ({ from: beat.from, to: end }), "");
    this.data?.beats.splice(n, 1);
    await this.load();
  }

  async setSynopsis(n: number, typed: string) {
    const scene = this.data?.scenes[n];
    if (!scene || scene.synopsis === typed) return;
    scene.synopsis = typed;
    await this.settle(`synopsis ${n}`, typed, (last) => this.putSynopsis(n, last));
  }

  private async putSynopsis(n: number, typed: string) {
    const scene = this.data?.scenes[n];
    if (!scene) return;
    const had = scene.to > scene.from;
    const lines = typed.split("\n").map((line) => `= ${line.trim()}`);
    const text = typed.trim() ? lines.join("\n") : "";
    const place = () => this.data?.scenes[n];
    if (had) await this.put(place, text);
    else if (text) {
      const at = scene.heading_to;
      await this.put(() => ({ from: at, to: at }), `\n\n${text}`);
      const now = place();
      if (now) {
        const from = at + 2;
        Object.assign(now, { heading_to: at, from, to: from + text.length });
      }
    }
  }

  /** Where a new beat goes: behind the last one, else before the first scene. */
  async beatPlace(): Promise<number | null> {
    await this.load();
    if (!this.data) return null;
    const first = this.data.scenes[0];
    const before = this.data.beats.filter(({ from }) => !first || from < first.heading_from);
    const last = before[before.length - 1];
    return last?.to ?? first?.heading_from ?? writing.editor?.length ?? null;
  }

  /** The scene that a place stands in; 0 before the first. */
  sceneAt(at: number): number {
    const found = (this.data?.scenes ?? []).filter(({ heading_from }) => heading_from <= at);
    return found[found.length - 1]?.number ?? 0;
  }

  async loadReports() {
    const id = writing.draftId;
    if (!id || writing.document?.kind !== "screenplay") return;
    await attempt(async () => {
      const found = await call("reports", { id });
      if (writing.draftId === id) this.reports = found;
    });
  }

  /** The pages that the next line at the caret would bring along. */
  async loadPages() {
    const draft_id = writing.draftId;
    if (!draft_id || !(await writing.flush())) return;
    const { from, to } = writing.selection;
    try {
      const task = { task: "continue" } as const;
      const found = await call("prompt_pages", { draft_id, task, from, to, note: "" });
      if (writing.draftId === draft_id) this.pages = found;
    } catch {
      // A caret that has moved on asks again.
    }
  }
}

export const story = new Story();
