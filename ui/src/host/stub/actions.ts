import type { ActionDto, Commands, PromptMessage, VoiceSample } from "../../wire/bindings";
import { fail } from "./given";
import type { StubStudio } from "./studio";

type Names =
  | "voice"
  | "set_voice"
  | "actions"
  | "check_action"
  | "new_action"
  | "save_action"
  | "remove_action"
  | "restore_action"
  | "preview_prompt"
  | "read_prompt";
type Bodies = {
  [K in Names]: (input: Commands[K]["input"]) => Commands[K]["output"];
};

const tokens = (text: string) => Math.ceil(text.length / 3);

/** Reads as much of a file as shows what a window does with it. */
function read(id: string, source: string): ActionDto {
  const value = (word: string) => new RegExp(`^${word}: *(.+)$`, "m").exec(source)?.[1]?.trim();
  const name = value("name") ?? "";
  const usable = source.startsWith("{#") && name !== "";
  return {
    id,
    name: { en: name || id, "zh-CN": value("name.zh-CN") ?? (name || id) },
    desks: usable ? ["news", "ads", "screenplay"] : [],
    language: null,
    needs: value("needs") ?? "selection",
    answer: value("answer") ?? "replace",
    source,
    problem: usable
      ? null
      : {
          line: 1,
          what: source.startsWith("{#") ? "no_name" : "no_header",
          word: "",
          value: "",
          may: "",
        },
  };
}

function reading(messages: PromptMessage[]) {
  return {
    parts: messages.map(({ role, content }, message) => ({
      message,
      from: 0,
      to: content.length,
      of: role === "system" ? "instructions" : "request",
      tokens: tokens(content),
    })),
    tokens: messages.reduce((sum, { content }) => sum + tokens(content), 0),
  };
}

/** Actions of a person's own, prompts before they are sent, and the voice sample. */
export function actionCommands(studio: StubStudio): Bodies {
  const files = new Map<string, string>();
  const away = new Map<string, string>();
  const voices = new Map<string, VoiceSample>();
  const voice = (id: string) => {
    const sample = voices.get(id) ?? { text: "", from: "", off: false };
    return { sample, tokens: tokens(sample.text), most: 700 };
  };
  const move = (id: string, from: Map<string, string>, to: Map<string, string>) => {
    const source = from.get(id);
    if (source === undefined) throw fail("no_action", { id });
    from.delete(id);
    to.set(id, source);
    return null;
  };
  return {
    voice: ({ id }) => voice(id),
    set_voice: ({ project_id, sample }) => {
      voices.set(project_id, sample);
      return voice(project_id);
    },
    actions: () => ({
      actions: [...files].map(([id, source]) => read(id, source)),
      folder: "/home/ada/library.inkstone-actions",
    }),
    check_action: ({ id, source }) => read(id ?? "new", source),
    new_action: ({ name }) =>
      `{#\nname: ${name}\nneeds: selection\nanswer: replace\n#}\n{% block system %}…{% endblock %}\n{% block user %}{{ selection }}{% endblock %}\n`,
    save_action: ({ id, source }) => {
      const at = id ?? studio.id("action");
      files.set(at, source);
      return read(at, source);
    },
    remove_action: ({ id }) => move(id, files, away),
    restore_action: ({ id }) => move(id, away, files),
    preview_prompt: ({ task, note, variants }) => {
      const messages: PromptMessage[] = [
        { role: "system", content: "You are an editor." },
        { role: "user", content: `Do this: ${task.task}. ${note}`.trim() },
      ];
      return {
        messages,
        reading: reading(messages),
        compact: false,
        references: [],
        model_name: "Starter",
        host: null,
        context: 4096,
        most: 512,
        takes: variants || 1,
        template: `shared/${task.task}.en`,
      };
    },
    read_prompt: ({ messages }) => reading(messages),
  };
}
