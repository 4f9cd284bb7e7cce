import type {
  Brief,
  DocumentKind,
  ErrorDto,
  Language,
  ModelDto,
  TakeFacts,
} from "../../wire/bindings";

export const fail = (
  code: string,
  values: Record<string, string> = {},
  detail: string | null = null,
): ErrorDto => ({ code, values, detail });

/** A take of which nothing more is known. */
export const noFacts = (model_id: string): TakeFacts => ({
  model_id,
  skipped: [],
  made_up: [],
  masked: false,
  edited: false,
  own: null,
  resumes: null,
  prompt_tokens: null,
  completion_tokens: null,
  guessed: false,
  cost: null,
});

export const STARTER: ModelDto = {
  id: "starter",
  name: "Inkstone Starter",
  source: {
    kind: "starter",
    file: {
      architecture: "llama",
      quantization: "Q8_0",
      parameters_millions: 21,
      context_length: 1024,
      mebibytes: 23,
      license: "MIT OR Apache-2.0",
      description: "Trained from scratch on texts that the project made itself.",
    },
  },
  state: { state: "idle" },
  beyond: [
    "headline",
    "dek",
    "describe",
    "own",
    "premise",
    "characters",
    "revise_entry",
    "dialogue",
    "turns",
    "punch_up",
    "coverage",
    "knowledge",
    "interview",
    "resume",
  ],
  price: null,
};

export function emptyBrief(kind: DocumentKind, language: Language): Brief {
  const tone = "";
  if (kind === "news")
    return {
      language,
      topic: "",
      angle: "",
      facts: [],
      sources: [],
      audience: "",
      words: 300,
      tone,
    };
  if (kind === "ads")
    return {
      language,
      product: "",
      audience: "",
      selling_points: [],
      tone,
      call_to_action: "",
      channel: language === "en" ? "google_rsa" : "wechat_moments",
      variants: 4,
    };
  return {
    language,
    logline: "",
    genre: "",
    premise: "",
    characters: [],
    places: [],
    props: [],
    tone,
    scenes: 8,
  };
}
