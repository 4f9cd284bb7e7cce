import { call } from "../../host";
import type { ChoiceDto, FieldSide, MergePlan } from "../../wire/bindings";
import { notices } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";

/** Another draft on its way into the open one. */
class Merge {
  plan = $state.raw<MergePlan | null>(null);
  /** A choice for each conflict; none where nobody has chosen yet. */
  choices = $state<(ChoiceDto | null)[]>([]);
  fields = $state<Record<string, FieldSide>>({});
  at = $state(0);
  busy = $state(false);

  get shown(): boolean {
    return this.plan !== null;
  }

  /** How many conflicts nobody has looked at. */
  get open_conflicts(): number {
    return this.choices.filter((choice) => choice === null).length;
  }

  async open(other_id: string): Promise<boolean> {
    const draft_id = writing.draftId;
    if (!draft_id || !(await writing.flush())) return false;
    try {
      const plan = await call("plan_merge", { draft_id, other_id });
      this.choices = Array.from({ length: plan.conflicts }, () => null);
      this.fields = Object.fromEntries(
        plan.fields.map(({ field, kind }) => [field, kind === "theirs" ? "theirs" : "mine"]),
      );
      this.at = 0;
      this.plan = plan;
      return true;
    } catch (reason) {
      notices.report(reason);
      return false;
    }
  }

  choose(number: number, choice: ChoiceDto) {
    this.choices[number] = choice;
  }

  /** Merges as decided; what nobody decided is taken both ways, so that nothing is lost. */
  async run(): Promise<boolean> {
    const { plan } = this;
    const base_revision = plan?.mine.revision;
    const other_revision = plan?.theirs.revision;
    if (!plan || base_revision == null || other_revision == null || this.busy) return false;
    this.busy = true;
    const view = await writing.change(
      (draft_id) =>
        call("merge_drafts", {
          draft_id,
          base_revision,
          other_id: plan.theirs.draft_id,
          other_revision,
          choices: this.choices.map((choice) =>
            choice ? ($state.snapshot(choice) as ChoiceDto) : { take: "both" },
          ),
          fields: $state.snapshot(this.fields) as Record<string, FieldSide>,
        }),
      "keep",
    );
    this.busy = false;
    if (!view) return false;
    writing.brief = view.brief;
    this.close();
    return true;
  }

  close() {
    this.plan = null;
  }
}

export const merge = new Merge();
