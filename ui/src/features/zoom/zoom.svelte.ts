import { zoomTo } from "../../host";
import { number, t } from "../../locales/index.svelte";
import { attempt, notices } from "../notices/notices.svelte";

const KEPT = "inkstone.zoom";
/** The steps that browsers have, up to the 200 % that readers need and beyond. */
export const STEPS = [0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;

/** How large everything in this window is; remembered for the window. */
class Zoom {
  now = $state(1);
  private steps: Promise<void> = Promise.resolve();

  /** Is again as large as last time. */
  async recall() {
    let kept: unknown = 1;
    try {
      kept = JSON.parse(localStorage.getItem(KEPT) ?? "1");
    } catch {
      // A window without storage, or something else's entry: the usual size is fine.
    }
    const found = STEPS.find((step) => step === kept) ?? 1;
    if (found !== this.now && (await attempt(() => zoomTo(found)))) this.now = found;
  }

  private async set(to: number) {
    // A step that is not there leaves things as they are, but says how they are.
    if (to !== this.now && !(await attempt(() => zoomTo(to)))) return;
    this.now = to;
    try {
      localStorage.setItem(KEPT, JSON.stringify(to));
    } catch {
      // See above.
    }
    notices.say(t("window.zoomed", { percent: number(to * 100) }));
  }

  /** One step after the other: a quick hand asks for the next before the last is there. */
  private step(next: () => number): Promise<void> {
    this.steps = this.steps.then(() => this.set(next()));
    return this.steps;
  }

  in = () => this.step(() => STEPS.find((step) => step > this.now) ?? this.now);
  out = () => this.step(() => STEPS.findLast((step) => step < this.now) ?? this.now);
  reset = () => this.step(() => 1);
}

export const zoom = new Zoom();
