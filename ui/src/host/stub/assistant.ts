import type {
  AssistantTurnDto,
  ConversationDto,
  DialoguePart,
  EvaluationDto,
  MixPassage,
  Sent,
  TakeDto,
} from "../../wire/bindings";
import type { Bodies } from "./commands";
import { fail } from "./given";
import type { StubStudio } from "./studio";

type Named =
  | "conversations"
  | "start_conversation"
  | "plan_question"
  | "ask_assistant"
  | "show_turn"
  | "rename_conversation"
  | "rule_conversation"
  | "edit_summary"
  | "delete_conversation"
  | "restore_conversation"
  | "hand_over"
  | "generate_best"
  | "judge_takes"
  | "evaluations"
  | "mix_sides"
  | "accept_mix";

/** Sentences of a text; what another one lacks is its own. */
function passages(text: string, other: string): MixPassage[] {
  const found: MixPassage[] = [];
  let end = 0;
  for (const match of text.matchAll(/\S[^.。\n]*[.。]?/g)) {
    const from = match.index;
    const words = match[0].trimEnd();
    found.push({
      from,
      to: from + words.length,
      gap: found.length ? text.slice(end, from) : "",
      words: [{ own: !other.includes(words), text: words }],
    });
    end = from + words.length;
  }
  return found;
}

/** What the commands of the assistant do to the studio in memory: it repeats what it is asked. */
export function assistantCommands(studio: StubStudio): Pick<Bodies, Named> {
  const all: (ConversationDto & { deleted?: boolean })[] = [];
  const one = (id: string) => {
    const found = all.find((each) => each.id === id);
    if (!found) throw fail("not_found");
    return found;
  };
  const part = (
    kind: DialoguePart["kind"],
    tokens: number,
    state: DialoguePart["state"] = "whole",
  ): DialoguePart => ({ kind, tokens, state, sent: 1, of: 1 });
  const sentWith = ({ rules }: ConversationDto, question: string): Sent => ({
    parts: [
      part("instructions", 212),
      part("brief", rules.brief ? 96 : 0, rules.brief ? "whole" : "off"),
      part(
        "document",
        rules.document === "nothing" ? 0 : 640,
        rules.document === "nothing" ? "off" : "whole",
      ),
      part("turns", 0, "nothing"),
      part("question", Math.ceil(question.length / 3)),
      part("answer", 1024),
    ],
    context: 8192,
    assumed: true,
    covered: 0,
    left_out: 0,
  });
  const judged: EvaluationDto[] = [];
  return {
    conversations: ({ id }) => all.filter((each) => each.draft_id === id && !each.deleted),
    start_conversation: ({ id }) => {
      const begun: ConversationDto = {
        id: studio.id("conversation"),
        draft_id: id,
        name: "",
        rules: { document: "whole", brief: true, selection: true, turns: true, summarise: true },
        head_id: null,
        turns: [],
        updated_at: 0,
      };
      all.unshift(begun);
      return begun;
    },
    plan_question: ({ conversation_id, question }) => {
      const sent = sentWith(one(conversation_id), question);
      return {
        sent,
        segments: [{ kind: "question", message: 0, role: "user", text: question }],
        used: sent.parts.reduce((sum, { tokens }) => sum + tokens, 0),
        masked: false,
        summarises: false,
        model_name: "stub",
        host: null,
      };
    },
    ask_assistant: ({ conversation_id, after, question }) => {
      const turn: AssistantTurnDto = {
        id: studio.id("turn"),
        parent_id: after,
        question,
        take_id: studio.id("take"),
        answer: `\`\`\`\n${question}\n\`\`\``,
        status: "done",
        error: null,
        model_name: "stub",
        host: null,
        sent: sentWith(one(conversation_id), question),
        summary: null,
      };
      const found = one(conversation_id);
      found.turns.push(turn);
      found.head_id = turn.id;
      return found;
    },
    show_turn: ({ conversation_id, turn_id }) =>
      Object.assign(one(conversation_id), { head_id: turn_id }),
    rename_conversation: ({ id, name }) => Object.assign(one(id), { name }),
    rule_conversation: ({ id, rules }) => Object.assign(one(id), { rules }),
    edit_summary: ({ conversation_id }) => one(conversation_id),
    delete_conversation: ({ id }) => {
      one(id).deleted = true;
      return null;
    },
    restore_conversation: ({ id }) => {
      one(id).deleted = false;
      return null;
    },
    hand_over: ({ draft_id, from, to, text }) => {
      const id = studio.id("handed");
      const known = [...studio.takes.values()][0];
      if (!known) throw fail("not_found");
      const take: TakeDto = {
        ...known,
        id,
        batch_id: id,
        task: "handed",
        draft_id,
        from,
        to,
        text,
      };
      studio.takes.set(id, take);
      return take;
    },
    generate_best: ({ of }) => studio.bodies.generate(of),
    judge_takes: ({ batch_id, judge }) => {
      const batch = [...studio.takes.values()].filter((take) => take.batch_id === batch_id);
      for (const [n, take] of batch.entries())
        judged.push({
          take_id: take.id,
          batch_id,
          place: n + 1,
          of: batch.length,
          score: 90 - n * 8,
          checks: 100 - n * 10,
          findings: [],
          breaks: false,
          judged: judge !== null,
          judge: null,
          judge_error: null,
        });
      studio.changed("evaluations");
      return null;
    },
    evaluations: ({ id }) => judged.filter(({ take_id }) => studio.take(take_id).draft_id === id),
    mix_sides: ({ left, right }) => {
      const [a, b] = [studio.take(left).text, studio.take(right).text];
      return { left: passages(a, b), right: passages(b, a) };
    },
    accept_mix: ({ pieces, ...rest }) =>
      studio.bodies.accept_take({ take_id: pieces[0]?.take_id ?? "", ...rest }),
  };
}
