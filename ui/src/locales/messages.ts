import type { Language } from "../wire/bindings";
import type * as en from "./en/files";
import english from "./en/tongue";

type Files = typeof en;
type Keys<F extends keyof Files> = `${F & string}.${keyof Files[F] & string}`;

/** `<feature>.<name>`: a file of a locale folder and a key in it. */
export type Key = { [F in keyof Files]: Keys<F> }[keyof Files];
export type Messages = Record<Key, string>;

export interface ErrorSentence {
  message: string;
  hint: string;
}

/** The files of a language: the window's by their paths, and those shared with the command line. */
export interface Tongue {
  files: Record<string, Record<string, string>>;
  errors: Record<string, ErrorSentence>;
  checks: Record<string, string>;
}

/** All sentences of a language. */
export interface Sentences {
  messages: Messages;
  errors: Record<string, ErrorSentence>;
  checks: Record<string, string>;
}

function flat({ files, ...shared }: Tongue): Sentences {
  const all: Record<string, string> = {};
  for (const [path, sentences] of Object.entries(files)) {
    const file = path.slice("./".length, -".json".length);
    for (const [key, sentence] of Object.entries(sentences)) all[`${file}.${key}`] = sentence;
  }
  return { messages: all as Messages, ...shared };
}

const known: { en: Sentences; "zh-CN": Sentences | null } = { en: flat(english), "zh-CN": null };
let reading: Promise<Sentences> | null = null;

/** The sentences of a language as far as they are read; English always is. */
export const sentences = (language: Language): Sentences | null => known[language];

/** The sentences of a language, read when they are first wanted: few people want both. */
export async function read(language: Language): Promise<Sentences> {
  const there = known[language];
  if (there) return there;
  reading ??= import("./zh-CN/tongue").then(
    ({ default: chinese }) => {
      known["zh-CN"] = flat(chinese);
      return known["zh-CN"];
    },
    (reason: unknown) => {
      reading = null;
      throw reason;
    },
  );
  return reading;
}

/** Whether there is such a sentence. */
export const isKey = (key: string): key is Key => key in known.en.messages;
