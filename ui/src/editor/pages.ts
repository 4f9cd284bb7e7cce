import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";

/** A page that begins at a place of the text. */
export interface PageStart {
  at: number;
  label: string;
}

/**
 * The rule above a page. It stands beside the text and takes no room in it, so that it moves
 * neither the caret nor a line.
 */
class Rule extends WidgetType {
  constructor(readonly label: string) {
    super();
  }

  override eq(other: Rule): boolean {
    return other.label === this.label;
  }

  toDOM(): HTMLElement {
    const rule = document.createElement("span");
    rule.className = "ink-page-start";
    rule.dataset.page = this.label;
    rule.setAttribute("aria-hidden", "true");
    return rule;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

const setStarts = StateEffect.define<readonly PageStart[]>();

const starts = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, transaction) {
    let next = shown.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setStarts)) continue;
      const end = transaction.newDoc.length;
      const rules = effect.value
        .filter(({ at }) => at <= end)
        .map(({ at, label }) => Decoration.widget({ widget: new Rule(label), side: -1 }).range(at));
      next = Decoration.set(rules, true);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Shows where pages begin. Until it is told anew, rules move with the text around them. */
export const pageStarts: Extension = starts;

export function showPageStarts(view: EditorView, pages: readonly PageStart[]) {
  if (view.state.field(starts, false) === undefined) return;
  view.dispatch({ effects: setStarts.of(pages) });
}
