import type { Commands, StudioEvent } from "../wire/bindings";

export interface FileChoice {
  title: string;
  /** Name of the kind of file, and its endings without the dot. */
  filter?: { name: string; endings: string[] };
  /** Name offered when saving. */
  name?: string;
}

/** Files and links from outside on their way over the window. */
export type Drag =
  | { what: "over"; paths: string[] }
  | { what: "left" }
  | { what: "dropped"; paths: string[]; links: string[]; x: number; y: number };

/** What the UI asks of whatever it runs in. */
export interface Host {
  call<K extends keyof Commands>(
    name: K,
    input: Commands[K]["input"],
  ): Promise<Commands[K]["output"]>;
  onEvent(listener: (event: StudioEvent) => void): Promise<() => void>;
  /**
   * Hears nothing until what it resolves to is called; nothing is lost. A page that waits for an
   * answer counts as one that is still being loaded, and such a page is not printed.
   */
  hush(): Promise<() => void>;
  /** How long, in milliseconds, what the studio says may wait while somebody types. */
  whileTyping(wait: () => number): void;
  /** `finish` runs before the window goes. */
  onClose(finish: () => Promise<void>): Promise<void>;
  pickFile(choice: FileChoice): Promise<string | null>;
  pickFiles(choice: FileChoice): Promise<string[]>;
  /** Tells of files that are dragged over the window and dropped. */
  onDrag(listener: (drag: Drag) => void): Promise<() => void>;
  /** Opens one more window on the same library. */
  newWindow(): Promise<void>;
  /** Fills the screen with the window, or no longer. */
  fullScreen(on: boolean): Promise<void>;
  /** Shows everything larger or smaller; 1 is the usual size. */
  zoom(factor: number): Promise<void>;
  saveFile(choice: FileChoice): Promise<string | null>;
  pickFolder(title: string): Promise<string | null>;
  /** Begins anew, with nothing remembered of the library that was open. */
  restart(): void;
}
