import type { AssistantTurnDto, ConversationDto, TakeDto } from "../../wire/bindings";
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
  | "evaluations";

/** What the commands of the assistant do to the studio in memory: it repeats what it is asked. */
export function assistantCommands(studio: StubStudio): Pick<Bodies, Named> {
  const all: (ConversationDto & { deleted?: boolean })[] = [];
  const one = (id: string) => {
    const found = all.find((each) => each.id === id);
    if (!found) throw fail("not_found");
    return found;
  };
  const sent = { parts: [], context: 4096, assumed: false, covered: 0, left_out: 0 };
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
    plan_question: ({ question }) => ({
      sent,
      segments: [{ kind: "question", message: 0, role: "user", text: question }],
      used: 100,
      masked: false,
      summarises: false,
      model_name: "stub",
      host: null,
    }),
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
        sent,
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
    judge_takes: () => null,
    evaluations: () => [],
  };
}
