import { number } from "../../locales/index.svelte";
import { type Cap, LONGEST_FIELD } from "../../parts/capped";
import { notices } from "../notices/notices.svelte";

/** The most entries that a list of a brief may have; the studio refuses more. */
export const MOST_ITEMS = 200;

/** A limit for a field; a person is told when something was left out. */
export const capOf = (limit: number): Cap => ({
  limit,
  onCapped: () => notices.note("notices.field_capped", { limit: number(limit) }),
});

export const FIELD_CAP = capOf(LONGEST_FIELD);

/** Of a heading or a title. */
export const HEADING_CAP = capOf(300);

export const listIsFull = () => notices.note("notices.list_capped", { limit: number(MOST_ITEMS) });
