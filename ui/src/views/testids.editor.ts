/** Names of spelling, comments and their settings. See `testids.ts`. */
export const EDITOR_TESTIDS = [
  "comment",
  "comment-*",
  "comments",
  "comments-*",
  "export-comments",
  "surface-comments",
  "english-*",
  "proofread",
  "slip-*",
  "word-remove",
] as const;
