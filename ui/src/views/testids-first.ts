/** Names of what stands on the first page. See `testids.ts`. */
export const FIRST = [
  "welcome",
  "welcome-privacy",
  "welcome-starter",
  "welcome-sample",
  "welcome-models",
  "welcome-recent",
  "new-news",
  "new-ads",
  "new-screenplay",
] as const;
