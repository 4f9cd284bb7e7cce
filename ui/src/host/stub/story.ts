import type { InterviewDto, StoryDto, TakeDto } from "../../wire/bindings";
import type { Bodies } from "./commands";
import { fail } from "./given";
import type { StubStudio } from "./studio";

type Named =
  | "story"
  | "keep_part"
  | "accept_part"
  | "prompt_pages"
  | "reports"
  | "delete_report"
  | "restore_report"
  | "export_report"
  | "interviews"
  | "start_interview"
  | "ask_character"
  | "keep_answer"
  | "delete_interview"
  | "restore_interview";

const HEADING = /^(?:INT|EXT|EST|I\/E)[. /]|^\.\p{L}/iu;

/** The stages in a text, read as simply as will do. Nothing is ever stale here. */
function stages(body: string, revision: number): StoryDto {
  const found: StoryDto = { revision, beats: [], scenes: [], stale: [] };
  let at = 0;
  let act: string | null = null;
  for (const line of body.split("\n")) {
    const [from, to] = [at, at + line.length];
    at = to + 1;
    const scene = found.scenes[found.scenes.length - 1];
    if (line.startsWith("# ")) act = line.slice(2);
    else if (HEADING.test(line))
      found.scenes.push({
        number: found.scenes.length + 1,
        heading: line.replace(/^\./, ""),
        heading_from: from,
        heading_to: to,
        synopsis: "",
        from: at,
        to: at,
        words: 0,
        beats: [],
      });
    else if (line.startsWith("= ") && !scene)
      found.beats.push({ text: line.slice(2), act, from, to });
    else if (line.startsWith("= ") && scene && !scene.synopsis)
      Object.assign(scene, { synopsis: line.slice(2), from, to });
    else if (scene) scene.words += line.split(/\s+/).filter(Boolean).length;
  }
  return found;
}

/** What the commands of a story do to the studio in memory. */
export function storyCommands(studio: StubStudio): Pick<Bodies, Named> {
  const interviews: (InterviewDto & { deleted?: boolean })[] = [];
  const interview = (id: string) => {
    const found = interviews.find((one) => one.id === id);
    if (!found) throw fail("not_found");
    return found;
  };
  const story = (id: string) => {
    const draft = studio.draft(id);
    return stages(draft.body, draft.revision);
  };
  return {
    story: ({ id }) => story(id),
    keep_part: ({ draft_id }) => story(draft_id),
    accept_part: ({ take_id, draft_id, text }) => {
      const take: TakeDto = { ...studio.take(take_id), decision: "accepted" };
      const brief = studio.brief(studio.draft(draft_id));
      if (take.task === "premise" && "premise" in brief) brief.premise = text.trim();
      studio.takes.set(take_id, take);
      return studio.view(draft_id);
    },
    prompt_pages: ({ draft_id }) => {
      const brief = studio.brief(studio.draft(draft_id));
      const people = "logline" in brief ? brief.characters : [];
      return people
        .filter(({ name, prompt }) => name && prompt !== "never")
        .map(({ name, prompt }) => ({
          of: "person" as const,
          name,
          tokens: 40,
          pinned: prompt === "always",
          fits: true,
        }));
    },
    reports: () => [],
    delete_report: () => null,
    restore_report: () => null,
    export_report: () => null,
    interviews: ({ id }) => interviews.filter((one) => one.draft_id === id && !one.deleted),
    start_interview: ({ draft_id, character }) => {
      const one = { id: studio.id("interview"), draft_id, character, turns: [], updated_at: 0 };
      interviews.unshift(one);
      return one;
    },
    ask_character: ({ id, question }) => {
      const one = interview(id);
      one.turns.push({
        id: studio.id("turn"),
        question,
        take_id: studio.id("take"),
        answer: one.character,
        status: "done",
        error: null,
        kept: false,
        left_out: 0,
        scenes: 1,
        scenes_told: 1,
      });
      return one;
    },
    keep_answer: ({ interview_id, turn_id, kept }) => {
      const one = interview(interview_id);
      const turn = one.turns.find(({ id }) => id === turn_id);
      if (turn) turn.kept = kept;
      return one;
    },
    delete_interview: ({ id }) => {
      interview(id).deleted = true;
      return null;
    },
    restore_interview: ({ id }) => {
      interview(id).deleted = false;
      return null;
    },
  };
}
