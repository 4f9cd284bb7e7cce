import { mount, unmount } from "svelte";
import type { EditorPorts } from "../../editor/create";
import FindPanel from "../find/FindPanel.svelte";
import { find } from "../find/find.svelte";
import SlipMenu from "../proof/SlipMenu.svelte";

/** What every text shows within itself, the first one and the one beside it. */
export const cards = {
  showSlip: (slip, words, into) => {
    const shown = mount(SlipMenu, { target: into, props: { slip, words } });
    return () => void unmount(shown);
  },
  showFind: (into) => {
    const shown = mount(FindPanel, { target: into });
    return {
      gone: () => {
        find.closed();
        void unmount(shown);
      },
      seen: ({ docChanged, selectionSet }) => {
        if (docChanged || selectionSet) find.later();
      },
    };
  },
} satisfies Pick<EditorPorts, "showSlip" | "showFind">;
