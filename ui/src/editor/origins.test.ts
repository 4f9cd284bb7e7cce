import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { describe, expect, it } from "vitest";
import type { SpanDto } from "../wire/bindings";
import { origins, setOriginCard, setOrigins, spanAt } from "./origins";

const span = (from: number, to: number, kind: SpanDto["kind"]): SpanDto => ({
  from,
  to,
  kind,
  generation_id: kind === "generated" ? "g1" : null,
  file: null,
});

const SPANS = [span(0, 4, "typed"), span(4, 9, "generated"), span(9, 12, "filled")];

describe("spans", () => {
  it("are found by place, the one that ends there first", () => {
    expect(spanAt(SPANS, 0)?.kind).toBe("typed");
    expect(spanAt(SPANS, 4)?.kind).toBe("typed");
    expect(spanAt(SPANS, 5)?.kind).toBe("generated");
    expect(spanAt(SPANS, 12)?.kind).toBe("filled");
    expect(spanAt(SPANS, 13)).toBeNull();
    expect(spanAt([], 0)).toBeNull();
  });
});

describe("the tint", () => {
  const shown: SpanDto[] = [];
  const view = new EditorView({
    parent: document.body,
    state: EditorState.create({
      doc: "I a machine said",
      extensions: origins((one, into) => {
        shown.push(one);
        into.textContent = one.kind;
        return () => undefined;
      }),
    }),
  });
  const tinted = (kind: string) =>
    [...view.dom.querySelectorAll(`.ink-from-${kind}`)].map(({ textContent }) => textContent);

  it("lies on what a person did not type, and leaves room for what is typed now", () => {
    view.dispatch({ effects: setOrigins.of(SPANS) });
    expect(tinted("generated")).toEqual(["machi"]);
    expect(tinted("filled")).toEqual(["ne "]);
    expect(tinted("typed")).toEqual([]);
    view.dispatch({ changes: { from: 0, insert: "So " } });
    expect(tinted("generated")).toEqual(["machi"]);
    view.dispatch({ effects: setOrigins.of([]) });
    expect(tinted("generated")).toEqual([]);
  });

  it("has a card at the caret until the caret moves", () => {
    view.dispatch({ effects: setOrigins.of(SPANS), selection: { anchor: 6 } });
    view.dispatch({ effects: setOriginCard.of(true) });
    expect(shown.at(-1)?.kind).toBe("generated");
    const count = shown.length;
    view.dispatch({ selection: { anchor: 1 } });
    view.dispatch({ effects: setOriginCard.of(false) });
    expect(shown.length).toBe(count);
  });
});
