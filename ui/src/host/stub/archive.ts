import type { BroughtBack, Commands, ExportedDto } from "../../wire/bindings";
import { fail } from "./given";
import type { StubStudio } from "./studio";

type Names = "export_everything" | "bring_back" | "stop_archive";
type Bodies = {
  [K in Names]: (
    input: Commands[K]["input"],
  ) => Commands[K]["output"] | Promise<Commands[K]["output"]>;
};

/** Plain files of the studio in memory: what was exported is remembered by its path. */
export function archiveCommands(studio: StubStudio): Bodies {
  const written = new Map<string, string[]>();
  return {
    export_everything: ({ path, project_id }): ExportedDto => {
      if (path.endsWith("/full")) throw fail("folder_not_empty", { path });
      const documents = [...studio.documents.values()]
        .map(({ dto }) => dto)
        .filter((document) => !project_id || document.project_id === project_id);
      studio.emit({ event: "archive", done: 1, total: 2 });
      written.set(
        path,
        documents.map(({ title }) => title),
      );
      return {
        path,
        projects: 1,
        documents: documents.length,
        drafts: documents.length,
        versions: 3,
        files: documents.length * 6 + 4,
        bytes: 48_000,
        unreadable: [],
      };
    },
    bring_back: ({ path }): BroughtBack => {
      const titles = written.get(path);
      if (!titles) throw fail("archive_none");
      return {
        documents: titles.map((title, at) => ({
          document_id: `b${at}`,
          title,
          came: at === 0 ? "edited" : "was_there",
        })),
        projects: 0,
        edited: titles.length ? [`projects/Coast/${titles[0]}/main.md`] : [],
        emptied: [],
        views: [],
        unknown: [],
      };
    },
    stop_archive: () => null,
  };
}
