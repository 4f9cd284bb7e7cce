/*
 * The editor and nothing else, in a window and nothing else: what the whole program is measured
 * beside (`cargo xtask bench window`). No part of what ships.
 */
import { Editor, type EditorPorts, type Page } from "../src/editor/create";
import "../src/styles/fonts.css";
import "../src/styles/tokens.css";
import "../src/styles/base.css";
import "../src/styles/form.css";
import "../src/styles/editor.css";
import "../src/styles/modes.css";

/** Whatever the editor asks of its surroundings, there are none. */
const nothing: EditorPorts = new Proxy({} as EditorPorts, {
  get: () => new Proxy(() => () => undefined, { get: () => () => undefined }),
});

const page = {
  text: "It runs at night.\n\n".repeat(200),
  kind: "news",
  language: "en",
  label: "Text",
  hint: "",
  phrases: {},
  modes: { typewriter: false, focus: "off", hideMarks: false },
  proofing: { on: true, right: new Set() },
  punctuation: { on: true, chineseQuotes: "curly" },
} as Page;

performance.mark("script");
const app = document.getElementById("app");
if (app) {
  const editor = new Editor(app, nothing);
  editor.open(page);
  editor.view.focus();
  performance.mark("caret");
}
