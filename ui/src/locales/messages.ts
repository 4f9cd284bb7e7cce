import type { Language } from "../wire/bindings";
import * as en from "./en";
import * as zh from "./zh-CN";

type Files = typeof en;
type Keys<F extends keyof Files> = `${F & string}.${keyof Files[F] & string}`;

/** `<feature>.<name>`: a file of a locale folder and a key in it. */
export type Key = { [F in keyof Files]: Keys<F> }[keyof Files];
export type Messages = Record<Key, string>;

function flat(files: Record<string, Record<string, string>>): Messages {
  const all: Record<string, string> = {};
  for (const [file, sentences] of Object.entries(files))
    for (const [key, sentence] of Object.entries(sentences)) all[`${file}.${key}`] = sentence;
  return all as Messages;
}

export const messages: Record<Language, Messages> = { en: flat(en), "zh-CN": flat(zh) };
