import type { BackupDto, DoorCommands } from "../../wire/bindings";
import type { Bodies } from "./commands";
import { fail } from "./given";
import type { StubStudio } from "./studio";

const FOLDER = "/home/ada/.local/share/inkstone/library.inkstone-backups";
const PATH = "/home/ada/.local/share/inkstone/library.inkstone";

/** What is done about the library itself, in memory: a backup is a copy of the texts. */
export function placeCommands(studio: StubStudio): Pick<Bodies, keyof DoorCommands> {
  const { place } = studio;
  const backup = (path: string) => {
    const found = place.backups.find((known) => known.dto.path === path);
    if (!found) throw fail("file_unreadable", { path });
    return found;
  };
  const make = (reason: BackupDto["reason"]): BackupDto => {
    const made_at = Date.now();
    const name = `library-1a2b3c4d_${place.backups.length + 1}.inkstone`;
    const path = `${FOLDER}/${name}`;
    const dto: BackupDto = { path, name, made_at, reason, sound: true, bytes: 4_200_000 };
    const texts = new Map([...studio.drafts].map(([id, draft]) => [id, draft.body]));
    place.backups.unshift({ dto, texts });
    return dto;
  };
  return {
    library_status: () => ({
      path: place.path || PATH,
      state: studio.broken.app_state ? "shut" : place.reading ? "reading" : "open",
      error: studio.broken.app_state ?? place.reading,
      bytes: 12_400_000,
      free: 81_000_000_000,
      backup_folder: place.folder ?? FOLDER,
      backup_folder_chosen: place.folder !== null,
      last_backup: place.backups[0]?.dto ?? null,
      backup_error: null,
      recent: place.recent,
    }),
    open_for_reading: () => {
      place.reading = studio.broken.app_state ?? fail("damaged_library");
      delete studio.broken.app_state;
      return null;
    },
    open_for_writing: () => {
      place.reading = null;
      return null;
    },
    choose_library: ({ path }) => {
      place.path = path;
      delete studio.broken.app_state;
      return null;
    },
    new_library: ({ path }) => {
      place.path = path;
      return null;
    },
    move_library: ({ path }) => {
      place.path = path;
      return null;
    },
    check_library: () => ({ texts: studio.drafts.size, problems: [] }),
    list_backups: () => place.backups.map(({ dto }) => dto),
    make_backup: () => make("by_hand"),
    set_backup_folder: ({ folder }) => {
      place.folder = folder;
      return null;
    },
    backup_contents: ({ path }) => {
      const { texts } = backup(path);
      return studio.projects.map(({ id, name }) => ({
        id,
        name,
        standing: "same" as const,
        documents: [...studio.documents.values()]
          .filter(({ dto }) => dto.project_id === id)
          .map(({ dto, deleted }) => {
            const drafts = studio.dto(dto.id).drafts.filter((draft) => texts.has(draft.id));
            const same = drafts.every(({ id }) => texts.get(id) === studio.draft(id).body);
            const standing = deleted ? "in_bin" : same ? "same" : "worked_on_since";
            const { id, title, kind, updated_at } = dto;
            const listed = drafts.map(({ id, name, updated_at }) => ({
              id,
              name,
              updated_at,
              standing: "same" as const,
            }));
            return { id, title, kind, updated_at, standing, drafts: listed } as const;
          })
          .filter(({ drafts }) => drafts.length > 0)
          .map((document) => ({ ...document, drafts: [...document.drafts] })),
      }));
    },
    backup_text: ({ path, draft_id }) => backup(path).texts.get(draft_id) ?? "",
    take_from_backup: ({ path, document_ids }) =>
      document_ids.map((document_id) => {
        const [draft] = studio.dto(document_id).drafts;
        const text = draft && backup(path).texts.get(draft.id);
        if (text !== undefined) studio.addDraft(document_id, "main · 2026-11-25", text);
        studio.changed("documents");
        return { document_id, came: "as_drafts" as const, drafts: 1 };
      }),
    rescue_library: () => ({
      path: PATH.replace(".inkstone", "-rescued.inkstone"),
      projects: 1,
      documents: 3,
      drafts: 4,
      versions: 17,
      lost_versions: 2,
      doubtful: ["Night ferry"],
      without_journal: [],
      broken: 3,
      problems: [],
    }),
    restore_backup: ({ path }) => {
      const { texts } = backup(path);
      const aside = make("before_restore").path;
      for (const [id, text] of texts) studio.write(studio.draft(id), text);
      delete studio.broken.app_state;
      return { aside };
    },
  };
}
