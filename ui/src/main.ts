import { mount } from "svelte";
import App from "./App.svelte";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/form.css";
import "./styles/editor.css";
import "./styles/modes.css";
import "./styles/print.css";
import "./styles/contrast.css";

const target = document.getElementById("app");
if (target) mount(App, { target });
