import type { Channel, Language } from "../../wire/bindings";

export interface Limit {
  field: "headline" | "description" | "primary_text" | "call_to_action";
  limit: number;
  /** What is longer is refused; else it is hidden or advised against. */
  hard: boolean;
}

interface Spec {
  limits: (language: Language) => Limit[];
  /** A Chinese character counts two. */
  double: boolean;
}

const hard = (field: Limit["field"], limit: number): Limit => ({ field, limit, hard: true });
const soft = (field: Limit["field"], limit: number): Limit => ({ field, limit, hard: false });
const BUTTON = soft("call_to_action", 20);

/**
 * What a channel takes, told before anything is written. The studio does the counting; a test holds
 * these figures to its own.
 */
export const CHANNELS: Record<Channel, Spec> = {
  google_rsa: { limits: () => [hard("headline", 30), hard("description", 90)], double: true },
  meta_feed: {
    limits: () => [
      soft("primary_text", 125),
      soft("headline", 27),
      soft("description", 30),
      BUTTON,
    ],
    double: false,
  },
  linkedin: {
    limits: () => [
      soft("primary_text", 150),
      soft("headline", 70),
      soft("description", 100),
      BUTTON,
    ],
    double: false,
  },
  x: { limits: () => [hard("primary_text", 280), hard("headline", 70)], double: true },
  tiktok: {
    limits: (language) => [hard("primary_text", language === "zh-CN" ? 50 : 100), BUTTON],
    double: false,
  },
  wechat_moments: { limits: () => [hard("primary_text", 40)], double: false },
  xiaohongshu: { limits: () => [hard("headline", 20), hard("primary_text", 1000)], double: false },
};

export const CHANNEL_NAMES = Object.keys(CHANNELS) as Channel[];
