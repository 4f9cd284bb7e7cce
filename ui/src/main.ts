import { mount } from "svelte";
import App from "./App.svelte";
import { isEarly } from "./host";
import { start } from "./views/start.svelte";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/form.css";
import "./styles/editor.css";
import "./styles/modes.css";
import "./styles/print.css";
import "./styles/contrast.css";

/** Longer than what lies ready takes. */
const SOON_MS = 100;

performance.mark("script");

const target = document.getElementById("app");
if (target) {
  // The studio answers while the page is made; where it has answered already, the page begins with its
  // text.
  const ready = start.open();
  const soon = new Promise((done) => setTimeout(done, SOON_MS));
  if (isEarly()) await Promise.race([ready, soon]);
  mount(App, { target, props: { opened: true } });
}
