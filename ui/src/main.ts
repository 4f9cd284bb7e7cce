import { mount } from "svelte";
import App from "./App.svelte";
import { start } from "./views/start.svelte";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/form.css";
import "./styles/editor.css";
import "./styles/modes.css";
import "./styles/print.css";
import "./styles/contrast.css";

performance.mark("script");

const target = document.getElementById("app");
if (target) {
  // The studio answers while the page is made.
  void start.open();
  mount(App, { target, props: { opened: true } });
}
