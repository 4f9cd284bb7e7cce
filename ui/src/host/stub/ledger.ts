import type { Commands, MaskRules } from "../../wire/bindings";
import { fail } from "./given";
import type { StubStudio } from "./studio";

type Names =
  | "ledger_page"
  | "sent_text"
  | "export_ledger"
  | "export_sent"
  | "clear_sent"
  | "masking"
  | "set_masking";
type Bodies = { [K in Names]: (input: Commands[K]["input"]) => Commands[K]["output"] };

/** What left, and what is masked before it does, in memory. */
export function ledgerCommands(studio: StubStudio): Bodies {
  const rules = new Map<string, MaskRules>();
  const none: MaskRules = { on: false, leave: [], names: [], keep_names: [] };
  const now = (project: string) => {
    const of = rules.get(project) ?? none;
    const masked = of.names.map((value, at) => ({
      kind: "name" as const,
      value,
      placeholder: `[Name_${at + 1}]`,
    }));
    return { rules: of, people: [], masked };
  };
  return {
    ledger_page: ({ host, words }) => ({
      entries: studio.entries.filter(
        (entry) => (!host || entry.host === host) && entry.purpose.includes(words ?? ""),
      ),
      next: null,
      hosts: [...new Set(studio.entries.map((entry) => entry.host))],
    }),
    sent_text: ({ id }) => {
      const entry = studio.entries.find((one) => one.id === id);
      if (!entry) throw fail("not_found");
      if (!entry.kept) return { messages: [], settings: [], raw: null, cut: false };
      const text = `A ${entry.purpose}`;
      return {
        messages: [{ role: "user", text }],
        settings: ["temperature: 0.8"],
        raw: JSON.stringify({ messages: [{ role: "user", content: text }] }),
        cut: false,
      };
    },
    export_ledger: () => null,
    export_sent: () => null,
    clear_sent: ({ ids }) => {
      const gone = studio.entries.filter(({ id, kept }) => kept && (!ids || ids.includes(id)));
      for (const entry of gone) entry.kept = false;
      studio.changed("ledger");
      return gone.length;
    },
    masking: ({ project_id }) => now(project_id),
    set_masking: ({ project_id, rules: next }) => {
      rules.set(project_id, next);
      studio.changed("projects");
      return now(project_id);
    },
  };
}
