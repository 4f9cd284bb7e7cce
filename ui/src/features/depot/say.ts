import { number, t } from "../../locales/index.svelte";
import type { DownloadDto, Fit } from "../../wire/bindings";

/** A size as people say it, in units of a thousand, as hosts of files give it. */
export function size(bytes: number): string {
  if (bytes >= 1e9) return `${number(bytes / 1e9, 1)} GB`;
  if (bytes >= 1e6) return `${number(bytes / 1e6)} MB`;
  return `${number(Math.max(1, bytes / 1e3))} KB`;
}

/** A number of weights, as model names have it. */
export const weights = (millions: number) =>
  millions >= 1000 ? `${number(millions / 1000, 1)} B` : `${number(millions)} M`;

/** A time that is left, roughly, as it is only a guess. */
export function left(seconds: number): string {
  if (seconds < 60) return t("depot.left_seconds", { count: number(Math.max(1, seconds)) });
  if (seconds < 5400) return t("depot.left_minutes", { count: number(Math.ceil(seconds / 60)) });
  return t("depot.left_hours", { count: number(seconds / 3600, 1) });
}

/** How a model goes with this machine, in a sentence. */
export function fitting(fit: Fit, needed: number, memory: number | null | undefined): string {
  const values = { needed: size(needed), memory: memory ? size(memory) : "" };
  if (!memory || fit === "unknown") return t("depot.fit_unknown", values);
  return t(`depot.fit_${fit}`, values);
}

/**
 * Words (English) or characters (Chinese) a second. A token is about three quarters of a word, and
 * about one and a third Chinese characters.
 */
export const WORDS_A_TOKEN = { en: 0.75, "zh-CN": 1.3 } as const;

/** A pace to one meaningful digit or two. */
export const pace = (value: number) => number(value, value < 10 ? 1 : 0);

/** How far a download is, between 0 and 1. */
export const share = ({ bytes, total }: DownloadDto) =>
  total && total > 0 ? Math.min(1, bytes / total) : null;
