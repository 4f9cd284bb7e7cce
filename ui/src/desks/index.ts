import type { Component } from "svelte";
import type { Key } from "../locales/index.svelte";
import type { Brief, DocumentKind, Task } from "../wire/bindings";
import { ads } from "./ads";
import { news } from "./news";
import { screenplay } from "./screenplay";

/** A view of a draft beside its text. */
export interface View {
  id: string;
  label: Key;
  View: Component;
  /** The view that it belongs to; it is reached from there and not from the switch. */
  within?: string;
}

/** What the window knows of one kind of document. */
export interface Desk {
  /** The form of its brief. */
  Brief: Component;
  /** Its steps, where a single draft is not all. */
  Steps?: Component;
  /** What goes along with a prompt, shown before it does. */
  Along?: Component;
  /** More that can be asked for. */
  More?: Component;
  /** What else is looked at beside the checks. */
  Readers?: Component;
  /** What the text is made of, as a list: a tab of the desk. */
  Parts?: Component;
  /** Views in the main area, in the order of the switch. */
  views?: View[];
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
