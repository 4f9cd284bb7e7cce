import { call } from "../../host";
import { language } from "../../locales/index.svelte";
import type { ActionDto } from "../../wire/bindings";
import { notices } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";

/** Actions that the person wrote. */
class Own {
  list = $state.raw<ActionDto[]>([]);
  folder = $state("");

  /** Those that can be used. */
  usable = $derived(this.list.filter(({ problem }) => problem === null));
  /** Those of them that are for the open document. */
  here = $derived.by(() => {
    const kind = writing.document?.kind;
    const spoken = writing.brief?.language;
    return this.usable.filter(
      (action) =>
        kind !== undefined &&
        action.desks.includes(kind) &&
        (action.language === null || action.language === spoken),
    );
  });

  async load() {
    try {
      const { actions, folder } = await call("actions", {});
      this.list = actions;
      this.folder = folder;
    } catch (reason) {
      notices.report(reason);
    }
  }

  nameOf = ({ name, id }: ActionDto): string => name[language()] || id;

  /** The name of an action, while it is there. */
  named(id: string): string | undefined {
    const found = this.list.find((action) => action.id === id);
    return found && this.nameOf(found);
  }
}

export const own = new Own();
