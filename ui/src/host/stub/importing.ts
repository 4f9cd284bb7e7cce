import type { DocumentKind, ImportReportDto, LookedAt } from "../../wire/bindings";
import type { Bodies } from "./commands";
import { fail } from "./given";
import type { StubStudio } from "./studio";

type Named = "list_import" | "look_at_file" | "import_file";

const nameOf = (path: string) => path.split("/").pop() ?? path;
const titleOf = (path: string) => nameOf(path).replace(/\.[^.]*$/, "");

function kindOf(path: string): DocumentKind {
  if (/\.(fountain|fdx)$/.test(path)) return "screenplay";
  return path.endsWith(".csv") ? "ads" : "news";
}

function reportOf(path: string): ImportReportDto {
  const format = nameOf(path).split(".").pop() ?? "text";
  return { file: nameOf(path), format, found: [{ what: "paragraphs", count: 3 }], unsure: [] };
}

/** Files as the studio in memory knows them: folders have no ending, and hold three. */
export function importCommands(studio: StubStudio): Pick<Bodies, Named> {
  return {
    list_import: ({ paths }) => {
      const folder = paths.find((path) => !nameOf(path).includes("."));
      const files = paths
        .filter((path) => path !== folder)
        .map((path) => ({ path, name: nameOf(path), folder: "" }));
      if (folder) {
        for (const [below, name] of [
          ["", "one.md"],
          ["Part 1", "two.docx"],
          ["Part 1", "old.txt"],
        ] as const)
          files.push({ path: [folder, below, name].join("/"), name, folder: below });
      }
      return {
        files,
        skipped: folder ? [{ name: "Part 1/.notes", why: "hidden" }] : [],
        skipped_more: 0,
        folder: folder ? nameOf(folder) : null,
      };
    },
    look_at_file: ({ path, folder, kind, encoding }): LookedAt => {
      if (path.endsWith("broken.docx")) throw fail("file_not_this", { format: "DOCX" });
      const old = path.endsWith("old.txt");
      return {
        kind: kind ?? kindOf(path),
        title: [folder, titleOf(path)].filter(Boolean).join(" / "),
        language: "en",
        preview: encoding === "Big5" ? "夜裡的渡船。" : "The ferry runs again.",
        encoding: old ? (encoding ?? "gb18030") : null,
        sure: !old || encoding !== undefined,
        encodings: old
          ? [
              { name: "gb18030", preview: "﹁柑" },
              { name: "Big5", preview: "夜裡的渡船。" },
            ]
          : [],
        report: reportOf(path),
      };
    },
    import_file: ({ project_id, path, folder, kind, title }) => {
      const name = title || [folder, titleOf(path)].filter(Boolean).join(" / ");
      const document = studio.addDocument(project_id, kind ?? kindOf(path), "en", name);
      return { view: studio.view(document.id), report: reportOf(path) };
    },
  };
}
