import type { Language, PageBreaks, PagePreview, PageSetup } from "../../wire/bindings";

/** Lines of a page, as the stub counts them: those of the text. */
const LINES = 54;

export const usualSetup = (language: Language): PageSetup => ({
  paper: language === "zh-CN" ? "a4" : "letter",
  style: language === "zh-CN" ? "chinese" : "hollywood",
  scene_numbers: language === "zh-CN" ? "all" : "given",
  title_page: true,
  page_numbers: true,
  continued_cues: true,
  continued_scenes: false,
  bold_headings: language === "zh-CN",
  wide_scenes: false,
  notes: false,
  sections: false,
  synopses: false,
  watermark: "",
  header: "",
  footer: "",
  shown: true,
});

/** A page every so many lines. */
export function breaks({ body, revision }: { body: string; revision: number }): PageBreaks {
  const lines = body.split("\n");
  const found = [];
  let at = 0;
  for (const [index, line] of lines.entries()) {
    if (index > 0 && index % LINES === 0) found.push({ at, label: String(index / LINES + 1) });
    at += line.length + 1;
  }
  return {
    revision,
    pages: found.length + 1,
    eighths: Math.ceil((lines.length * 8) / LINES),
    breaks: found,
    scenes: [],
  };
}

export function preview(body: string, setup: PageSetup, first: number): PagePreview {
  const lines = body.split("\n");
  const [width, height] = setup.paper === "a4" ? [595.3, 841.9] : [612, 792];
  const pages = Math.max(1, Math.ceil(lines.length / LINES));
  const shown = first < pages ? lines.slice(first * LINES, (first + 1) * LINES) : null;
  return {
    width,
    height,
    pages,
    eighths: Math.ceil((lines.length * 8) / LINES),
    watermark: setup.watermark,
    sheets: shown
      ? [
          {
            label: String(first + 1),
            pieces: shown.map((text, row) => ({
              text,
              x: [108],
              y: 81.4 + row * 12,
              width: text.length * 7.2,
              size: 12,
              bold: false,
              italic: false,
              underline: false,
              wide: false,
              quiet: false,
            })),
          },
        ]
      : [],
  };
}
