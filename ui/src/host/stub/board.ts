import type {
  BeatSheetsDto,
  BoardChange,
  BoardChanged,
  BoardDto,
  CardColor,
  CardDto,
  CardPlace,
} from "../../wire/bindings";
import type { Bodies } from "./commands";
import { fail } from "./given";
import type { StubStudio } from "./studio";

type Named = "board" | "change_board" | "scene_cuts" | "beat_sheets" | "apply_beat_sheet";

const HEADING = /^(?:INT|EXT|EST|I\/E)[. /]|^\.\p{L}/iu;
const COLOR = /^\[\[color: (\w+)\]\]$/;
const OMITTED = "/* omitted";

/** A section, or a card with its lines. */
interface Block {
  kind: "section" | "loose" | CardDto["kind"];
  lines: string[];
}

/** A text in blocks, read as simply as will do: blocks are parted where one begins. */
function blocks(body: string): Block[] {
  const found: Block[] = [];
  let hidden = false;
  let inScene = false;
  for (const line of body.replace(/\n+$/, "").split("\n")) {
    const begin = (kind: Block["kind"]) => {
      found.push({ kind, lines: [line] });
      inScene = kind === "scene";
    };
    const last = found.at(-1);
    if (hidden) {
      last?.lines.push(line);
      hidden = line !== "*/";
    } else if (line === OMITTED) {
      hidden = true;
      begin("omitted");
    } else if (line.startsWith("#")) begin("section");
    else if (HEADING.test(line)) begin("scene");
    else if (line.startsWith("= ") && !inScene) begin("beat");
    else if (last) last.lines.push(line);
    else begin("loose");
  }
  return found;
}

const textOf = (all: Block[]) =>
  `${all.map(({ lines }) => lines.join("\n").trimEnd()).join("\n\n")}\n`.replace(/^\n$/, "");

function board(studio: StubStudio, id: string): BoardDto {
  const { body, revision } = studio.draft(id);
  const found: BoardDto = {
    revision,
    eighths: 0,
    columns: [{ title: "", depth: 0, act: null, from: 0, first: 0, count: 0, eighths: 0 }],
    cards: [],
    stale_beats: null,
  };
  let at = 0;
  let scenes = 0;
  for (const { kind, lines } of blocks(body)) {
    const from = at;
    at += lines.join("\n").length + 1;
    if (kind === "section") {
      const title = lines[0]?.replace(/^#+\s*/, "") ?? "";
      const depth = lines[0]?.match(/^#+/)?.[0].length ?? 1;
      const first = found.cards.length;
      found.columns.push({ title, depth, act: null, from, first, count: 0, eighths: 0 });
    } else if (kind !== "loose") {
      const said = kind === "omitted" ? lines.slice(1, -1) : lines;
      const cues = said.filter((l) => /^[A-Z]{2,}$/.test(l) || l.startsWith("@"));
      const column = found.columns.length - 1;
      const eighths = kind === "scene" ? Math.max(1, Math.ceil(lines.length / 6)) : 0;
      found.cards.push({
        id: found.cards.length,
        kind,
        column,
        number: kind === "scene" ? String(++scenes) : "",
        heading: kind === "beat" ? "" : (said[0] ?? "").replace(/^\./, ""),
        synopsis: said
          .filter((l) => l.startsWith("= "))
          .map((l) => l.slice(2))
          .join("\n"),
        color: (said.map((l) => l.match(COLOR)?.[1]).find(Boolean) as CardColor) ?? null,
        characters: [...new Set(cues.map((cue) => cue.replace(/^@/, "")))],
        location: /[. ](.+?)(?: - |$)/.exec(said[0] ?? "")?.[1] ?? null,
        eighths,
        page: kind === "beat" ? "" : "1",
        from,
        comes_back: kind === "omitted",
        stale: [],
      });
      const of = found.columns[column];
      if (of) {
        of.count++;
        of.eighths += eighths;
      }
      found.eighths += eighths;
    }
  }
  return found;
}

function place(all: Block[], to: CardPlace): number {
  const cards = all.filter(({ kind }) => kind !== "section" && kind !== "loose");
  if (to.at === "before" || to.at === "after") {
    const card = cards[to.card];
    if (!card) throw fail("board_changed");
    return all.indexOf(card) + (to.at === "after" ? 1 : 0);
  }
  const sections = all.filter(({ kind }) => kind === "section");
  const own = to.column === 0 ? -1 : all.indexOf(sections[to.column - 1] as Block);
  const next = all.findIndex(({ kind }, n) => n > own && kind === "section");
  return to.at === "first" ? own + 1 : next < 0 ? all.length : next;
}

/** The blocks after a change; the cards that it was of stay the same objects. */
function changed(all: Block[], change: BoardChange): { now: Block[]; of: Block[] } {
  const cards = all.filter(({ kind }) => kind !== "section" && kind !== "loose");
  const of = (ids: number[]) =>
    ids.map((id) => {
      const card = cards[id];
      if (!card) throw fail("board_changed");
      return card;
    });
  switch (change.what) {
    case "move": {
      const chosen = of([...change.cards].sort((a, b) => a - b));
      const at = place(all, change.to);
      const rest = (part: Block[]) => part.filter((block) => !chosen.includes(block));
      return { now: [...rest(all.slice(0, at)), ...chosen, ...rest(all.slice(at))], of: chosen };
    }
    case "add_scene":
    case "add_beat": {
      const lines =
        change.what === "add_beat"
          ? [`= ${change.text}`]
          : [change.heading, ...(change.synopsis ? [`= ${change.synopsis}`] : [])];
      const kind = change.what === "add_beat" ? "beat" : "scene";
      const card: Block = { kind, lines };
      const at = place(all, change.to);
      return { now: all.toSpliced(at, 0, card), of: [card] };
    }
    case "rename": {
      const chosen = of([change.card]);
      for (const { lines } of chosen) lines[0] = change.heading;
      return { now: all, of: chosen };
    }
    case "describe": {
      const chosen = of([change.card]);
      const said = change.synopsis ? [`= ${change.synopsis}`] : [];
      for (const card of chosen) {
        const rest = card.lines.filter((line) => !line.startsWith("= "));
        card.lines = card.kind === "beat" ? said : [rest[0] ?? "", ...said, ...rest.slice(1)];
      }
      return { now: all, of: chosen };
    }
    case "paint": {
      const chosen = of(change.cards);
      for (const card of chosen) {
        const rest = card.lines.filter((line) => !COLOR.test(line));
        const note = change.color ? [`[[color: ${change.color}]]`] : [];
        card.lines = [rest[0] ?? "", ...note, ...rest.slice(1)];
      }
      return { now: all, of: chosen };
    }
    case "omit": {
      const chosen = of(change.cards);
      for (const card of chosen) card.lines = [OMITTED, ...card.lines, "*/"];
      return { now: all, of: chosen };
    }
    case "bring_back": {
      const chosen = of(change.cards);
      for (const card of chosen) card.lines = card.lines.slice(1, -1);
      return { now: all, of: chosen };
    }
    case "add_column":
      return {
        now: [...all, { kind: "section", lines: [`# ${change.title}`] }],
        of: [],
      };
    case "retitle": {
      const section = all.filter(({ kind }) => kind === "section")[change.column - 1];
      if (section) section.lines[0] = `# ${change.title}`;
      return { now: all, of: [] };
    }
    default:
      return { now: all, of: [] };
  }
}

const SHEETS = (pages: number): BeatSheetsDto => ({
  sheets: [
    {
      id: "three-acts",
      name: "Three acts",
      about: "A question is raised, complicated and answered.",
      own: false,
      parts: [
        {
          name: "Act One",
          page: 1,
          beats: [
            { name: "The disturbance", about: "Something happens.", first: 12, last: 15 },
            { name: "No way back", about: "A door closes.", first: 25, last: 29 },
          ],
        },
        { name: "Act Two", page: 28, beats: [] },
      ],
    },
  ],
  unreadable: [],
  folder: "/home/ada/.local/share/inkstone/library.inkstone-beats",
  pages,
});

/** What the commands of the board do to the studio in memory. */
export function boardCommands(studio: StubStudio): Pick<Bodies, Named> {
  const put = (draftId: string, base: number, body: string, of: number[]): BoardChanged => {
    const draft = studio.draft(draftId);
    if (base !== draft.revision) throw fail("conflict");
    const different = body !== draft.body;
    if (different) studio.write(draft, body);
    return {
      view: studio.view(draftId),
      board: board(studio, draftId),
      cards: of,
      changed: different,
    };
  };
  return {
    board: ({ id }) => board(studio, id),
    change_board: ({ draft_id, revision, change }) => {
      const { now, of } = changed(blocks(studio.draft(draft_id).body), change);
      const cards = now.filter(({ kind }) => kind !== "section" && kind !== "loose");
      const text = textOf(now);
      return put(
        draft_id,
        revision,
        text,
        of.map((card) => cards.indexOf(card)),
      );
    },
    scene_cuts: ({ draft_id, card }) => {
      const { cards } = board(studio, draft_id);
      const { body } = studio.draft(draft_id);
      const from = cards[card]?.from ?? 0;
      const at = body.indexOf("\n\n", from) + 2;
      return [{ at, text: body.slice(at, body.indexOf("\n", at)) }];
    },
    beat_sheets: ({ pages }) => SHEETS(pages ?? 110),
    apply_beat_sheet: ({ draft_id, revision }) => {
      const { body } = studio.draft(draft_id);
      const [sheet] = SHEETS(110).sheets;
      const said = (sheet?.parts ?? []).map(({ name, beats }) =>
        [`# ${name}`, ...beats.map((beat) => `= ${beat.name}: ${beat.about}`)].join("\n\n"),
      );
      const text = body.includes("# Act One") ? body : `${body}${said.join("\n\n")}\n`;
      return put(draft_id, revision, text, text === body ? [] : [0]);
    },
  };
}
