/** Names of the actions of the desk, of those that people write, of prompts and of the voice sample. */
export const ACTION_TESTIDS = [
  // At the desk. `action-own` and `menu-action` have data-action.
  "action-headline",
  "action-dek",
  "action-describe",
  "action-own",
  "see-prompt-first",
  "edit-actions",
  "voice-chip",
  "actions-menu",
  "menu-see-prompt",
  "menu-action",

  // A prompt before it is sent. `prompt-part` has data-of.
  "prompt-dialog",
  "prompt-to",
  "prompt-message",
  "prompt-tokens",
  "prompt-parts",
  "prompt-part",
  "prompt-back",
  "prompt-cancel",
  "prompt-send",

  // Settings.
  "see-prompt",
  "settings-actions",
  "action-new",
  "action-from",
  "action-kind",
  "action-make",
  "action-item",
  "action-edit",
  "action-remove",
  "action-bring-back",
  "action-source",
  "action-problem",
  "action-go-to-line",
  "action-right",
  "action-save",
  "action-back",
  "actions-folder",
  "voice-text",
  "voice-tokens",
  "voice-selection",
  "voice-document",
  "voice-on",
] as const;

export const NOTICE_TESTIDS = [
  // Notices.
  "notices",
  "notice-*",
  "details",
] as const;
