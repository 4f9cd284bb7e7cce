import { asError } from "../../host";
import type { ErrorDto } from "../../wire/bindings";

const PASSED = ["budget_passed", "budget_of_all_passed"];

/** The question whether more than a budget may be spent. */
class Budget {
  /** Why it is asked; `null` while nothing is. */
  asking = $state.raw<ErrorDto | null>(null);
  private answered: ((yes: boolean) => void) | null = null;

  /**
   * Runs what may cost money. Where it would pass a budget, asks the person first; a yes holds for
   * this one time. `null` after a no. Rejects with any other error.
   */
  async spend<T>(run: (over_budget: boolean) => Promise<T>): Promise<T | null> {
    try {
      return await run(false);
    } catch (reason) {
      const error = asError(reason);
      if (!PASSED.includes(error.code)) throw reason;
      return (await this.ask(error)) ? run(true) : null;
    }
  }

  private ask(error: ErrorDto): Promise<boolean> {
    this.answer(false);
    this.asking = error;
    return new Promise((resolve) => {
      this.answered = resolve;
    });
  }

  answer(yes: boolean) {
    this.asking = null;
    const { answered } = this;
    this.answered = null;
    answered?.(yes);
  }
}

export const budget = new Budget();
