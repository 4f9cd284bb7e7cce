import type { Component } from "svelte";
import type { Key } from "../locales/index.svelte";
import type { Brief, DocumentKind, Task } from "../wire/bindings";
import { ads } from "./ads";
import { news } from "./news";
import { screenplay } from "./screenplay";

/** What the window knows of one kind of document. */
export interface Desk {
  /** The form of its brief. */
  Brief: Component;
  /** Its steps, where a single draft is not all. */
  Steps?: Component;
  /** What stands beneath the text. */
  Beneath?: Component;
  /** Ending of its text in a file. */
  ending: string;
  /** The field without which nothing can be written, and what is said when it is empty. */
  need: { field: string; say: Key; missing(brief: Brief): boolean };
  /** The step that comes next; the main key runs it. */
  main(): Task;
}

/** One line for each kind. */
export const DESKS: Record<DocumentKind, Desk> = { news, ads, screenplay };
