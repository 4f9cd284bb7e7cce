import { call } from "../../host";
import type {
  DocumentKind,
  SearchGroupDto,
  SearchOrigin,
  SearchPageDto,
  SearchPlace,
} from "../../wire/bindings";
import { notices } from "../notices/notices.svelte";
import { library } from "./library.svelte";

/** Asked once the person pauses. */
const PAUSE_MS = 160;
const DOCUMENTS = 20;
/** Places shown of each document, and of one that is looked into. */
const FEW = 3;
const MANY = 200;
const DAY = 86_400_000;

export type Span = "any" | "day" | "week" | "month" | "year";
const DAYS: Record<Exclude<Span, "any">, number> = { day: 1, week: 7, month: 31, year: 366 };

export interface Filter {
  /** Only the project that is open. */
  here: boolean;
  kind: DocumentKind | null;
  place: SearchPlace | null;
  span: Span;
  origin: SearchOrigin | null;
}

export const OPEN: Filter = { here: false, kind: null, place: null, span: "any", origin: null };

/** The search of the whole library by words. */
class Search {
  query = $state("");
  filter = $state<Filter>({ ...OPEN });
  /** The one document that is looked into. */
  within = $state<{ id: string; title: string } | null>(null);
  page = $state.raw<SearchPageDto | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  /** How many filters are set. */
  get narrowed(): number {
    const { here, kind, place, span, origin } = this.filter;
    return [here, kind, place, span !== "any", origin].filter(Boolean).length;
  }

  /** Searches once the person pauses; an empty query ends the search. */
  set(query: string) {
    this.query = query;
    this.within = null;
    this.later(PAUSE_MS);
  }

  narrow(change: Partial<Filter>) {
    this.filter = { ...this.filter, ...change };
    this.later(0);
  }

  /** Looks into one document, or into all again. */
  into(group: SearchGroupDto | null) {
    this.within = group && { id: group.document_id, title: group.title };
    this.later(0);
  }

  /** Adds the next documents. */
  async more() {
    const { page } = this;
    if (!page) return;
    const asked = this.asked;
    const next = await this.read(page.groups.length);
    if (next && asked === this.asked)
      this.page = { ...next, groups: [...page.groups, ...next.groups] };
  }

  private later(pause: number) {
    clearTimeout(this.timer);
    const asked = ++this.asked;
    if (!this.query.trim()) {
      this.page = null;
      return;
    }
    this.timer = setTimeout(async () => {
      const page = await this.read(0);
      // An older answer is not shown in the place of a newer one.
      if (page && asked === this.asked) this.page = page;
    }, pause);
  }

  private async read(skip: number): Promise<SearchPageDto | null> {
    const { here, kind, place, span, origin } = this.filter;
    try {
      return await call("search", {
        query: this.query,
        project_id: here ? library.projectId : null,
        document_id: this.within?.id ?? null,
        kind,
        since: span === "any" ? null : Date.now() - DAYS[span] * DAY,
        until: null,
        places: place ? [place] : [],
        origin,
        skip,
        most: DOCUMENTS,
        each: this.within ? MANY : FEW,
      });
    } catch (reason) {
      notices.report(reason);
      return null;
    }
  }
}

export const search = new Search();
