import type {
  CharacterTallyDto,
  LocationTallyDto,
  SceneLight,
  SceneSetting,
  ScriptDifference,
  TallyDto,
} from "../../wire/bindings";
import type { Bodies } from "./commands";
import { compare, count } from "./compare";
import type { StubStudio } from "./studio";

const HEADING =
  /^(?:(INT|EXT)\.? |\.(内景|外景) ?)(.*?)(?: - | )?(DAY|NIGHT|DAWN|DUSK|日|夜|晨|黄昏)?$/;
const CUE = /^(?:@(.+)|([A-Z][A-Z .']+))$/;
const LIGHTS: Record<string, SceneLight> = {
  DAY: "day",
  NIGHT: "night",
  DAWN: "dawn",
  DUSK: "dusk",
  日: "day",
  夜: "night",
  晨: "dawn",
  黄昏: "dusk",
};

/** A script in numbers, read as simply as will do. */
function tallyOf(body: string, revision: number, language: "en" | "zh-CN"): TallyDto {
  const measure = (text: string) => count(text)[language === "en" ? "words" : "characters"];
  const scenes: TallyDto["scenes"] = [];
  const characters: CharacterTallyDto[] = [];
  const locations: LocationTallyDto[] = [];
  let at = 0;
  let speaker: CharacterTallyDto | null = null;
  for (const line of body.split("\n")) {
    const from = at;
    at += line.length + 1;
    const scene = scenes.at(-1);
    const heading = HEADING.exec(line);
    const cue = CUE.exec(line);
    if (heading) {
      const setting: SceneSetting = /INT|内/.test(heading[1] ?? heading[2] ?? "")
        ? "interior"
        : "exterior";
      const location = heading[3] ?? "";
      const light = LIGHTS[heading[4] ?? ""] ?? null;
      const ordinal = scenes.length + 1;
      scenes.push({
        ordinal,
        number: String(ordinal),
        heading: line.replace(/^\./, ""),
        setting,
        location,
        time: heading[4] ?? null,
        light,
        omitted: false,
        synopsis: null,
        eighths: 1,
        page: String(Math.floor(ordinal / 6) + 1),
        at: from,
        speaking: [],
        named: [],
        speeches: 0,
        dialogue: 0,
        action: 0,
      });
      let place = locations.find(({ name }) => name === location);
      if (!place) {
        place = { name: location, settings: [], scenes: [], by_day: 0, by_night: 0, eighths: 0 };
        locations.push(place);
      }
      if (!place.settings.includes(setting)) place.settings.push(setting);
      place.scenes.push(ordinal);
      place.by_day += light === "day" ? 1 : 0;
      place.by_night += light === "night" ? 1 : 0;
      place.eighths += 1;
    } else if (line === "") speaker = null;
    else if (cue && !speaker && scene) {
      const name = (cue[1] ?? cue[2] ?? "").trim();
      speaker = characters.find((one) => one.name === name) ?? null;
      if (!speaker) {
        speaker = { name, speeches: 0, dialogue: 0, scenes: [] };
        characters.push(speaker);
      }
      speaker.speeches += 1;
      scene.speeches += 1;
      if (speaker.scenes.at(-1) !== scene.ordinal) speaker.scenes.push(scene.ordinal);
      const place = characters.indexOf(speaker);
      if (!scene.speaking.includes(place)) scene.speaking.push(place);
    } else if (scene && line.startsWith("= ")) scene.synopsis = line.slice(2);
    else if (scene && speaker) {
      speaker.dialogue += measure(line);
      scene.dialogue += measure(line);
    } else if (scene) {
      scene.eighths += Math.floor(line.length / 60);
      scene.action += measure(line);
    }
  }
  const sum = (of: (scene: TallyDto["scenes"][number]) => number) =>
    scenes.reduce((all, scene) => all + of(scene), 0);
  const group = <T>(values: T[], of: (scene: TallyDto["scenes"][number]) => T) =>
    values.map((value) => {
      const found = scenes.filter((scene) => of(scene) === value);
      return { value, scenes: found.length, eighths: found.reduce((n, s) => n + s.eighths, 0) };
    });
  return {
    revision,
    language,
    eighths: sum(({ eighths }) => eighths),
    pages: Math.max(1, Math.ceil(scenes.length / 6)),
    scenes,
    characters,
    locations,
    lights: group<SceneLight | null>(["day", "night", "dawn", "dusk"], ({ light }) => light),
    settings: group<SceneSetting | null>(["interior", "exterior"], ({ setting }) => setting),
    shares: [
      { matter: "dialogue", count: sum((s) => s.speeches), amount: sum((s) => s.dialogue) },
      { matter: "action", count: scenes.length, amount: sum((s) => s.action) },
    ],
  };
}

/** The scenes of a text by their headings. */
function scenesOf(text: string) {
  const found: { heading: string; at: number; text: string }[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    if (HEADING.test(line)) found.push({ heading: line.replace(/^\./, ""), at, text: "" });
    else if (found.length) (found.at(-1) as { text: string }).text += `${line}\n`;
    at += line.length + 1;
  }
  return found;
}

function differenceOf(old: string, now: string): ScriptDifference {
  const before = scenesOf(old);
  const after = scenesOf(now);
  const scenes: ScriptDifference["scenes"] = after.map((scene, n) => {
    const from = before.findIndex(({ heading }) => heading === scene.heading);
    const same = before[from]?.text === scene.text;
    return {
      change: from < 0 ? "added" : from !== n ? "moved" : same ? "same" : "changed",
      heading: scene.heading,
      old_number: from < 0 ? null : from + 1,
      new_number: n + 1,
      at: scene.at,
      elements: same
        ? []
        : [
            {
              kind: "action",
              change: from < 0 ? "added" : "changed",
              pieces: compare(before[from]?.text ?? "", scene.text),
              at: scene.at + scene.heading.length + 1,
            },
          ],
    };
  });
  for (const [n, { heading, text }] of before.entries()) {
    if (after.some((scene) => scene.heading === heading)) continue;
    scenes.push({
      change: "removed",
      heading,
      old_number: n + 1,
      new_number: null,
      at: now.length,
      elements: [
        {
          kind: "action",
          change: "removed",
          pieces: [{ change: "delete", text }],
          at: now.length,
        },
      ],
    });
  }
  const many = (change: string) => scenes.filter((scene) => scene.change === change).length;
  return {
    scenes,
    added: many("added"),
    removed: many("removed"),
    moved: many("moved"),
    changed: many("changed"),
  };
}

type Named = "script_tally" | "export_tally" | "compare_scripts";

/** What the commands of reports and of comparing scripts do to the studio in memory. */
export function tallyCommands(studio: StubStudio): Pick<Bodies, Named> {
  return {
    script_tally: ({ id }) => {
      const draft = studio.draft(id);
      return tallyOf(draft.body, draft.revision, studio.brief(draft).language);
    },
    export_tally: () => ({ pages: 2, missing: [], fonts: [] }),
    compare_scripts: async (input) => {
      const { old, new: now } = await studio.call("compare_states", input);
      const text = ({ state }: typeof old) =>
        state.of === "draft" ? studio.draft(state.id).body : studio.findNode(state.id).text;
      return { old, new: now, ...differenceOf(text(old), text(now)) };
    },
  };
}
