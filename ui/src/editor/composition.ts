/**
 * A composition ends this long after its last event: WebKit may end one between two updates of
 * it, and the key that ended it may still be down.
 */
const REST_MS = 50;

/**
 * Knows whether an input method composes, wherever in the window that is. What is composed stands
 * in a field and is nobody's text yet: it is not saved, and nothing is changed around it.
 */
export class Composition {
  private at: Element | null = null;
  private last: Element | null = null;
  private endedAt = Number.NEGATIVE_INFINITY;

  constructor(root: Document) {
    const begun = ({ target }: Event) => {
      this.at = target instanceof Element ? target : root.body;
    };
    root.addEventListener("compositionstart", begun, true);
    root.addEventListener("compositionupdate", begun, true);
    root.addEventListener("compositionend", () => this.end(), true);
    // Should its end go unheard: plain input is none of a composition.
    root.addEventListener(
      "input",
      (event) => {
        const { isComposing, inputType } = event as InputEvent;
        if (this.at && !isComposing && inputType && !inputType.includes("Composition")) this.end();
      },
      true,
    );
    // Where a field is left, it is over; where only the window is, the field keeps the focus.
    root.addEventListener(
      "focusout",
      ({ relatedTarget, target }) => {
        const left = target as Element;
        if (!this.at || !left.contains(this.at)) return;
        if (relatedTarget) this.end();
        else
          void Promise.resolve().then(() => {
            const { activeElement } = root;
            if (!this.at) return;
            if (activeElement === root.body || !activeElement?.contains(this.at)) this.end();
          });
      },
      true,
    );
  }

  private end() {
    if (this.at) this.last = this.at;
    this.at = null;
    this.endedAt = Date.now();
  }

  /** True while something is composed, within this element if one is given. */
  going(within?: Element): boolean {
    if (this.at && !this.at.isConnected) this.at = null;
    const where = this.at ?? (Date.now() - this.endedAt < REST_MS ? this.last : null);
    return where !== null && (!within || within.contains(where));
  }

  /** Waits until nothing is composed any more. */
  async over(within?: Element): Promise<void> {
    while (this.going(within)) await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }

  /** Ends what is being composed by leaving its field: what stands there is its text then. */
  async finish(): Promise<void> {
    if (this.at) (this.at.ownerDocument.activeElement as HTMLElement | null)?.blur();
    if (this.at) this.end();
    await this.over();
  }
}

/** That of this window. */
export const composition = new Composition(document);
