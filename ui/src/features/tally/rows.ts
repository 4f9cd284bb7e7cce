import { type Key, number, t } from "../../locales/index.svelte";
import type { Cell, Column, Row, Sheet } from "../../parts/sheet";
import type { ReportKind, SceneGroupDto, TallyDto } from "../../wire/bindings";
import { inEighths } from "../pages/pages.svelte";

/** The reports in the order they are offered, and what they are called. */
export const NAMES: Record<ReportKind, Key> = {
  scenes: "tally.scenes",
  characters: "tally.characters",
  locations: "tally.locations",
  dialogue: "tally.dialogue",
  "day-night": "tally.day_night",
  "int-ext": "tally.int_ext",
};
export const REPORTS = Object.keys(NAMES) as ReportKind[];

const said = (text: string): Cell => ({ text, by: text });
const many = (value: number): Cell => ({ text: number(value), by: value });
const long = (eighths: number): Cell => ({ text: inEighths(eighths), by: eighths });
const words = (column: Omit<Column, "said">): Column => ({ ...column, said: true });

/** A report as it stands in the window, in the window's language. */
export function sheetOf(tally: TallyDto, report: ReportKind): Sheet {
  const inChars = tally.language === "zh-CN";
  const amount = { label: t(inChars ? "tally.col_chars" : "tally.col_words"), number: true };
  const scenes = { label: t("tally.col_scenes"), number: true };
  const length = { label: t("tally.col_length"), number: true };
  const inScenes: Column = { label: t("tally.col_in_scenes"), long: true };
  const numbers = (ordinals: number[]): Cell => ({
    text: ordinals.map((n) => tally.scenes[n - 1]?.number ?? n).join(t("tally.list")),
    by: ordinals.length,
  });
  const names = (places: number[]) =>
    said(places.map((n) => tally.characters[n]?.name ?? "").join(t("tally.list")));
  switch (report) {
    case "scenes":
      return {
        columns: [
          { label: t("tally.col_number") },
          words({ label: t("tally.col_heading"), long: true }),
          { label: t("tally.col_page") },
          length,
          words({ label: t("tally.col_speaking"), long: true }),
          { label: t("tally.col_speeches"), number: true },
          { label: t(inChars ? "tally.col_said_chars" : "tally.col_said_words"), number: true },
          { label: t(inChars ? "tally.col_action_chars" : "tally.col_action_words"), number: true },
        ],
        rows: tally.scenes.map((scene) => ({
          cells: [
            said(scene.number),
            said(scene.heading),
            said(scene.page),
            long(scene.eighths),
            names(scene.speaking),
            many(scene.speeches),
            many(scene.dialogue),
            many(scene.action),
          ],
          target: scene.ordinal,
          quiet: scene.omitted,
        })),
      };
    case "characters":
      return {
        columns: [
          words({ label: t("tally.col_character") }),
          { label: t("tally.col_speeches"), number: true },
          amount,
          scenes,
          inScenes,
        ],
        rows: tally.characters.map((who) => ({
          cells: [
            said(who.name),
            many(who.speeches),
            many(who.dialogue),
            many(who.scenes.length),
            numbers(who.scenes),
          ],
          target: who.scenes[0] ?? null,
        })),
      };
    case "locations":
      return {
        columns: [
          words({ label: t("tally.col_location") }),
          { label: t("tally.col_setting") },
          scenes,
          { label: t("tally.col_by_day"), number: true },
          { label: t("tally.col_by_night"), number: true },
          length,
          inScenes,
        ],
        rows: tally.locations.map((place) => ({
          cells: [
            said(place.name),
            said(place.settings.map((setting) => t(`tally.${setting}`)).join(t("tally.list"))),
            many(place.scenes.length),
            many(place.by_day),
            many(place.by_night),
            long(place.eighths),
            numbers(place.scenes),
          ],
          target: place.scenes[0] ?? null,
        })),
      };
    case "dialogue": {
      const all = tally.shares.reduce((sum, share) => sum + share.amount, 0);
      return {
        columns: [
          { label: t("tally.col_matter") },
          { label: t("tally.col_count"), number: true },
          amount,
          { label: t("tally.col_percent"), number: true },
        ],
        rows: tally.shares.map((share) => {
          const part = all ? (share.amount / all) * 100 : 0;
          return {
            cells: [
              said(t(`tally.matter_${share.matter}`)),
              many(share.count),
              many(share.amount),
              { text: `${number(part, 1)} %`, by: part },
            ],
            target: null,
          };
        }),
      };
    }
    case "day-night":
    case "int-ext": {
      const light = report === "day-night";
      const groups: SceneGroupDto[] = light ? tally.lights : tally.settings;
      return {
        columns: [{ label: t(light ? "tally.col_light" : "tally.col_setting") }, scenes, length],
        rows: groups.map(
          (group): Row => ({
            cells: [
              said(t(`tally.${group.value ?? "unsaid"}`)),
              many(group.scenes),
              long(group.eighths),
            ],
            target: null,
          }),
        ),
      };
    }
  }
}

/** Who of a script is in a scene and in what way. */
export type Presence = "speaks" | "named" | null;

export interface Lane {
  name: string;
  kind: "person" | "place";
  /** By scene. */
  present: Presence[];
  /** The first and the last scene they are in, by index. */
  first: number;
  last: number;
}

/** People, then places, each with where they are. */
export function lanesOf(tally: TallyDto): Lane[] {
  const lane = (name: string, kind: Lane["kind"]): Lane => ({
    name,
    kind,
    present: tally.scenes.map(() => null),
    first: -1,
    last: -1,
  });
  const people = tally.characters.map(({ name }) => lane(name, "person"));
  const places = tally.locations.map(({ name }) => lane(name, "place"));
  tally.scenes.forEach((scene, n) => {
    for (const who of scene.named) if (people[who]) people[who].present[n] = "named";
    for (const who of scene.speaking) if (people[who]) people[who].present[n] = "speaks";
  });
  tally.locations.forEach((place, n) => {
    for (const ordinal of place.scenes) {
      const { present } = places[n] as Lane;
      if (ordinal - 1 < present.length) present[ordinal - 1] = "speaks";
    }
  });
  const all = [...people, ...places];
  for (const one of all) {
    one.first = one.present.findIndex(Boolean);
    one.last = one.present.findLastIndex(Boolean);
  }
  return all;
}

/** Where each scene begins and ends, as wide as its pages. */
export function spansOf(tally: TallyDto, eighth: number): { x: number; width: number }[] {
  let x = 0;
  return tally.scenes.map(({ eighths }) => {
    const width = Math.max(1, eighths) * eighth;
    const span = { x, width };
    x += width;
    return span;
  });
}
