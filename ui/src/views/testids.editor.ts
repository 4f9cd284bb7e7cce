/** Names of spelling, comments and their settings. See `testids.ts`. */
export const EDITOR_TESTIDS = [
  "beside",
  "beside-*",
  "comment",
  "comment-*",
  "comments",
  "comments-*",
  "export-comments",
  "export-docx-comments",
  "surface-comments",
  "surface-split",
  "english-*",
  "picture",
  "picture-*",
  "proofread",
  "slip-*",
  "word-remove",
] as const;
