import { ChangeSet, Text } from "@codemirror/state";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EditCause, EditDto, ErrorDto, Saved } from "../wire/bindings";
import { changeOf, EditQueue, LONGEST_WAIT_MS, QUIET_MS, type SaveState } from "./queue";

/** A library of one text, and an editor of the same. */
class World {
  text = "";
  revision = 0;
  editor = "";
  composing = false;
  fails: ErrorDto | null = null;
  /** While set, answers wait for it. */
  gate: Promise<void> | null = null;
  sent: { edits: EditDto[]; cause: EditCause }[] = [];
  wholes: string[] = [];
  states: SaveState[] = [];
  errors: ErrorDto[] = [];
  readonly queue = new EditQueue(
    {
      apply: async (base, edits, cause) => {
        await this.gate;
        if (this.fails) throw this.fails;
        if (base !== this.revision) throw error("conflict");
        this.sent.push({ edits, cause });
        for (const { from, to, insert } of edits.toReversed())
          this.text = this.text.slice(0, from) + insert + this.text.slice(to);
        return this.saved();
      },
      replace: async (text) => {
        await this.gate;
        if (this.fails) throw this.fails;
        this.wholes.push(text);
        this.text = text;
        return this.saved();
      },
      text: () => this.editor,
      composing: () => this.composing,
      composed: () => new Promise((resolve) => setTimeout(resolve, 50)),
      onState: (state) => this.states.push(state),
      onSaved: () => undefined,
      onError: (reason) => this.errors.push(reason),
    },
    0,
  );

  private saved(): Saved {
    return { revision: ++this.revision, counts: { words: 0, characters: 0 } };
  }

  /** Types at a place. */
  edit(from: number, to: number, insert: string, cause: EditCause = "typing") {
    const changes = ChangeSet.of([{ from, to, insert }], this.editor.length);
    this.editor = this.editor.slice(0, from) + insert + this.editor.slice(to);
    this.queue.push(changes, cause);
  }

  type(text: string, cause: EditCause = "typing") {
    this.edit(this.editor.length, this.editor.length, text, cause);
  }
}

const error = (code: string): ErrorDto => ({ code, values: {}, detail: null });

let world: World;
beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
});
afterEach(() => {
  world.queue.close();
  vi.useRealTimers();
});

it("saves many steps of a quick hand one right after the other", async () => {
  for (let line = 0; line < 40; line++) {
    world.type("A line.");
    const changes = ChangeSet.of(
      [{ from: world.editor.length, insert: "\n" }],
      world.editor.length,
    );
    world.editor += "\n";
    world.queue.push(changes, "typing", true);
  }
  await vi.advanceTimersByTimeAsync(QUIET_MS + 100);
  expect(world.text).toBe("A line.\n".repeat(40));
  expect(world.sent).toHaveLength(41);
  expect(world.states.at(-1)).toBe("saved");
});

describe("another window", () => {
  /** Two windows on one library. */
  const pair = () => {
    const library = { text: "one two", revision: 3 };
    const make = () => {
      const view = { editor: library.text };
      const queue: EditQueue = new EditQueue(
        {
          apply: async (base, edits) => {
            if (base !== library.revision) throw error("conflict");
            for (const { from, to, insert } of edits.toReversed())
              library.text = library.text.slice(0, from) + insert + library.text.slice(to);
            return { revision: ++library.revision, counts: { words: 0, characters: 0 } };
          },
          replace: async () => {
            throw error("whole");
          },
          fetch: async () => ({ ...library }),
          onCaught: (changes) => {
            view.editor = changes.apply(Text.of([view.editor])).toString();
          },
          text: () => view.editor,
          composing: () => false,
          composed: async () => undefined,
          onState: () => undefined,
          onSaved: () => undefined,
          onError: () => undefined,
        },
        library.revision,
        library.text,
      );
      const type = (from: number, insert: string) => {
        const changes = ChangeSet.of([{ from, insert }], view.editor.length);
        view.editor = changes.apply(Text.of([view.editor])).toString();
        queue.push(changes, "typing");
      };
      return { view, queue, type };
    };
    return { library, first: make(), second: make() };
  };

  it("is followed while nothing is written here", async () => {
    const { library, first, second } = pair();
    first.type(7, " three");
    await first.queue.flush();
    await second.queue.heard(library.revision);
    expect(second.view.editor).toBe("one two three");
    // What it wrote itself is no news.
    await first.queue.heard(library.revision);
    expect(first.view.editor).toBe("one two three");
  });

  it("loses nothing where both write at once", async () => {
    const { library, first, second } = pair();
    first.type(0, "zero ");
    second.type(7, " three");
    await Promise.all([first.queue.flush(), second.queue.flush()]);
    expect(library.text).toBe("zero one two three");
    for (const { queue, view } of [first, second]) {
      await queue.heard(library.revision);
      expect(view.editor).toBe("zero one two three");
      expect(queue.clean).toBe(true);
    }
  });

  it("keeps what waits here when it is heard of", async () => {
    const { library, first, second } = pair();
    first.type(3, ",");
    await first.queue.flush();
    second.type(7, "!");
    await second.queue.heard(library.revision);
    expect(second.view.editor).toBe("one, two!");
    await second.queue.flush();
    expect(library.text).toBe("one, two!");
  });
});

describe("typing", () => {
  it("is saved once the keys are quiet, as one edit", async () => {
    world.type("a");
    world.type("b");
    expect(world.states.at(-1)).toBe("unsaved");
    await vi.advanceTimersByTimeAsync(QUIET_MS - 1);
    expect(world.sent).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(world.sent).toEqual([{ edits: [{ from: 0, to: 0, insert: "ab" }], cause: "typing" }]);
    expect(world.states.at(-1)).toBe("saved");
  });

  it("is saved within a second though the keys never rest", async () => {
    for (let ms = 0; ms < LONGEST_WAIT_MS; ms += 100) {
      world.type("x");
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(world.text.length).toBeGreaterThan(0);
  });

  it("is saved within a second behind a key that is drawn, and that key with it", async () => {
    let sentAt: number | undefined;
    for (let ms = 0; ms < 1000 && sentAt === undefined; ms += 20) {
      if (ms % 100 === 0) {
        window.dispatchEvent(new KeyboardEvent("keydown", { key: "x" }));
        world.type("x");
      }
      await vi.advanceTimersByTimeAsync(20);
      if (world.sent.length) sentAt = ms + 20;
    }
    expect(sentAt).toBeGreaterThan(LONGEST_WAIT_MS);
    expect((sentAt ?? 0) % 100).toBeLessThan(60);
    expect(world.text).toBe("x".repeat(Math.ceil((sentAt ?? 0) / 100)));
  });

  it("keeps causes apart and in order", async () => {
    world.type("a");
    world.type("PASTED", "paste");
    world.type("b");
    expect(await world.queue.flush()).toBe(true);
    expect(world.sent.map(({ cause }) => cause)).toEqual(["typing", "paste", "typing"]);
    expect(world.text).toBe("aPASTEDb");
  });

  it("that comes while a save is under way follows it", async () => {
    let open = () => {};
    world.gate = new Promise((resolve) => {
      open = resolve;
    });
    world.type("a");
    await vi.advanceTimersByTimeAsync(QUIET_MS);
    world.type("b");
    open();
    world.gate = null;
    await vi.advanceTimersByTimeAsync(QUIET_MS);
    expect(world.text).toBe("ab");
    expect(world.sent).toHaveLength(2);
  });

  it("waits for an input method to finish", async () => {
    world.composing = true;
    world.type("ni");
    await vi.advanceTimersByTimeAsync(QUIET_MS * 5);
    expect(world.sent).toHaveLength(0);
    world.composing = false;
    world.edit(0, 2, "你");
    await vi.advanceTimersByTimeAsync(QUIET_MS * 2);
    expect(world.text).toBe("你");
    expect(world.sent).toHaveLength(1);
  });

  it("is not saved in the middle of a composition by whoever asks for it", async () => {
    world.type("一");
    await world.queue.flush();
    world.composing = true;
    world.type("ni");
    // The field is left for the input method's window, another text is asked for ...
    const left = world.queue.flush();
    const run = vi.fn(async () => world.text);
    const held = world.queue.hold(run);
    await vi.advanceTimersByTimeAsync(QUIET_MS * 5);
    expect(world.text).toBe("一");
    expect(run).not.toHaveBeenCalled();
    world.edit(1, 3, "你");
    world.composing = false;
    await vi.advanceTimersByTimeAsync(QUIET_MS);
    expect(await left).toBe(true);
    expect(await held).toBe("一你");
    expect(world.sent).toHaveLength(2);
  });

  it("that is composed while a save fails is not sent with the whole text", async () => {
    let open = () => {};
    world.gate = new Promise((resolve) => {
      open = resolve;
    });
    world.type("one");
    const saved = world.queue.flush();
    await vi.advanceTimersByTimeAsync(0);
    world.composing = true;
    world.type("ni");
    world.revision = 7;
    open();
    await vi.advanceTimersByTimeAsync(QUIET_MS * 5);
    expect(world.wholes).toEqual([]);
    world.edit(3, 5, "你");
    world.composing = false;
    await vi.advanceTimersByTimeAsync(QUIET_MS);
    expect(await saved).toBe(true);
    expect(world.wholes).toEqual(["one你"]);
  });
});

describe("what goes wrong", () => {
  it("is told, kept, and tried again", async () => {
    world.fails = error("disk_full");
    world.type("kept");
    expect(await world.queue.flush()).toBe(false);
    expect(world.errors[0]?.code).toBe("disk_full");
    expect(world.states.at(-1)).toBe("unsaved");
    world.type(" too");
    world.fails = null;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.text).toBe("kept too");
    expect(world.states.at(-1)).toBe("saved");
  });

  it("a conflict sends the whole text instead of losing any", async () => {
    world.type("mine");
    world.revision = 7;
    expect(await world.queue.flush()).toBe(true);
    expect(world.wholes).toEqual(["mine"]);
    expect(world.text).toBe("mine");
    expect(world.errors).toEqual([]);
    world.type("!");
    await world.queue.flush();
    expect(world.text).toBe("mine!");
    expect(world.sent).toHaveLength(1);
  });

  it("a text known to differ is sent whole", async () => {
    world.editor = "as it is here";
    world.queue.markAstray();
    expect(world.queue.clean).toBe(false);
    expect(await world.queue.flush()).toBe(true);
    expect(world.wholes).toEqual(["as it is here"]);
  });
});

describe("holding the text still", () => {
  it("saves first and keeps new edits back until it is done", async () => {
    world.type("before");
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const held = world.queue.hold(async () => {
      expect(world.text).toBe("before");
      await gate;
      return "answer";
    });
    await vi.advanceTimersByTimeAsync(0);
    world.type(" after");
    await vi.advanceTimersByTimeAsync(QUIET_MS * 3);
    expect(world.text).toBe("before");
    open();
    expect(await held).toBe("answer");
    await vi.advanceTimersByTimeAsync(QUIET_MS * 3);
    expect(world.text).toBe("before after");
  });

  it("does not happen when the text cannot be saved", async () => {
    world.fails = error("disk_full");
    world.type("a");
    const run = vi.fn();
    expect(await world.queue.hold(run)).toBeNull();
    expect(run).not.toHaveBeenCalled();
  });

  it("lets go after a failure", async () => {
    await expect(world.queue.hold(() => Promise.reject(error("internal")))).rejects.toMatchObject({
      code: "internal",
    });
    world.type("a");
    expect(await world.queue.flush()).toBe(true);
    expect(world.text).toBe("a");
  });

  it("takes in what the library changed under what was typed meanwhile", async () => {
    world.type("one three");
    await world.queue.flush();
    await world.queue.hold(async () => {
      // The person types at the end while the library puts a word into the middle.
      world.edit(9, 9, "!");
      world.text = "one two three";
      world.revision++;
      const moved = world.queue.adopt(
        changeOf("one three".length, { from: 4, to: 4, insert: "two " }),
        world.revision,
      );
      world.editor = moved.apply(textOf(world.editor)).toString();
      expect(world.editor).toBe("one two three!");
    });
    expect(await world.queue.flush()).toBe(true);
    expect(world.text).toBe("one two three!");
    expect(world.wholes).toEqual([]);
  });
});

const textOf = (text: string) => Text.of(text.split("\n"));
