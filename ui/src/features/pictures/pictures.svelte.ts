import { mount, unmount } from "svelte";
import type { Editor } from "../../editor/create";
import { assetOf, PICTURE_NAME, type PicturePorts } from "../../editor/pictures";
import { asError, call, pickFiles } from "../../host";
import { t } from "../../locales/index.svelte";
import type { DocumentDto, ErrorDto } from "../../wire/bindings";
import { attempt, notices } from "../notices/notices.svelte";
import { place } from "../place/place.svelte";
import { writing } from "../writing/writing.svelte";
import InText from "./InText.svelte";

/** More than the studio takes is not sent to it. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Pictures that nobody looks at now and that are kept all the same. */
const MOST_IDLE = 12;

/** A picture as an element shows it. */
export interface Seen {
  url: string;
  width: number;
  height: number;
}

interface Kept {
  seen: Promise<Seen>;
  uses: number;
}

/** The text that pictures come into. */
export interface Into {
  editor: Editor | null;
  document: DocumentDto | null;
  draftId: string | null;
}

/** Something that becomes a picture of the project: bytes, or a file where it lies. */
type Source = File | string;

function fromBase64(data: string): Uint8Array<ArrayBuffer> {
  const letters = atob(data);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

const toBase64 = (file: Blob) =>
  new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error);
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.readAsDataURL(file);
  });

const baseName = (path: string) => path.split(/[\\/]/).at(-1) ?? "";

/** What a picture may show, by the name of its file; nothing where a program gave the name. */
export function altOf(name: string): string {
  const stem = name.replace(/\.[^.]*$/, "").replace(/[_\s]+/g, " ");
  return /^(?:image|bild|图片|untitled|clipboard)? ?\d*$/i.test(stem) ? "" : stem;
}

/** The pictures of the library that texts name. */
class Pictures {
  private kept = new Map<string, Kept>();

  /** A picture to be shown; whoever asks says when it is not shown any more. */
  see(id: string, project_id: string): Promise<Seen> {
    let kept = this.kept.get(id);
    if (!kept) {
      kept = { uses: 0, seen: this.load(id, project_id) };
      this.kept.set(id, kept);
      // What could not be had is asked for anew.
      kept.seen.catch(() => this.kept.delete(id));
    }
    kept.uses++;
    return kept.seen;
  }

  unsee(id: string) {
    const kept = this.kept.get(id);
    if (!kept) return;
    kept.uses--;
    this.kept.delete(id);
    this.kept.set(id, kept);
    const idle = [...this.kept].filter(([, { uses }]) => uses <= 0);
    for (const [old, { seen }] of idle.slice(0, Math.max(0, idle.length - MOST_IDLE))) {
      this.kept.delete(old);
      void seen.then(({ url }) => URL.revokeObjectURL(url));
    }
  }

  private async load(id: string, project_id: string): Promise<Seen> {
    const { media_type, data, width, height } = await call("picture", { id, project_id });
    const url = URL.createObjectURL(new Blob([fromBase64(data)], { type: media_type }));
    return { url, width, height };
  }

  private async add(project_id: string, source: Source) {
    if (typeof source === "string")
      return call("add_picture", { project_id, name: baseName(source), path: source });
    if (source.size > MOST_BYTES)
      throw {
        code: "file_too_large",
        values: { limit: String(MOST_BYTES >> 20) },
        detail: null,
      } satisfies ErrorDto;
    return call("add_picture", { project_id, name: source.name, data: await toBase64(source) });
  }

  /** Takes pictures into the project and names them in a text. */
  async insert(into: () => Into, sources: Source[], at: number | null) {
    const { editor, document, draftId } = into();
    if (!editor || !document || !draftId || place.reading) return;
    const come = async () => {
      const list: { alt: string; address: string }[] = [];
      // One that can't be read does not keep the others out.
      for (const source of sources)
        await attempt(async () => {
          const { id } = await this.add(document.project_id, source);
          // The library may know the same bytes by another name.
          const name = typeof source === "string" ? baseName(source) : source.name;
          list.push({ alt: altOf(name), address: `asset:${id}` });
        });
      const now = into();
      return now.editor === editor && now.draftId === draftId ? list : [];
    };
    const coming = come();
    if (!(await editor.insertPictures(at, coming))) return;
    editor.focus();
    notices.say(t("pictures.inserted", { count: (await coming).length }));
  }

  /** Asks for files and puts them in at the caret. */
  async choose() {
    const second = writing.inSecond ? writing.beside?.into() : null;
    const into = second ?? first();
    if (into.document?.kind !== "news") return notices.note("pictures.articles");
    await attempt(async () => {
      const paths = await pickFiles({
        title: t("pictures.choose"),
        filter: { name: t("pictures.filter"), endings: ["png", "jpg", "jpeg", "gif", "webp"] },
      });
      if (paths.length) await this.insert(() => into, paths, null);
    });
  }

  /** Whether what is dragged is pictures, and an article is there to take them. */
  wanted(paths: string[]): boolean {
    const texts = [first(), writing.beside?.into()];
    return (
      paths.every((path) => PICTURE_NAME.test(path)) &&
      texts.some((text) => text?.document?.kind === "news")
    );
  }

  /**
   * Pictures that were dropped from outside on a text; gives back the files that are left for
   * others.
   */
  dropped(paths: string[], x: number, y: number): string[] {
    const found = paths.filter((path) => PICTURE_NAME.test(path));
    if (!found.length || place.reading) return paths;
    for (const into of [first, () => writing.beside?.into() ?? null]) {
      const text = into();
      if (text?.document?.kind !== "news") continue;
      const at = text.editor?.placeAt(x, y) ?? null;
      if (at === null) continue;
      void this.insert(() => into() ?? NOWHERE, found, at);
      return paths.filter((path) => !found.includes(path));
    }
    return paths;
  }

  /** What the editor of a text needs for its pictures. */
  ports(into: () => Into): PicturePorts {
    return {
      show: ({ alt, address }, element, describe) => {
        const props = $state({
          alt,
          address,
          describe,
          project: into().document?.project_id ?? "",
        });
        const shown = mount(InText, { target: element, props });
        return {
          reword: (now) => {
            props.alt = now;
          },
          gone: () => void unmount(shown),
        };
      },
      take: (files, at) => void this.insert(into, files, at),
      look: () => void this.look(into),
    };
  }

  /** A picture that the clipboard holds and that came with no paste. */
  private async look(into: () => Into) {
    try {
      const files: File[] = [];
      for (const item of (await navigator.clipboard?.read?.()) ?? []) {
        const type = item.types.find((one) => one.startsWith("image/"));
        if (type) files.push(new File([await item.getType(type)], "image.png", { type }));
      }
      if (files.length) await this.insert(into, files, null);
    } catch {
      // A window that may not read the clipboard by itself has nothing to paste.
    }
  }
}

const NOWHERE: Into = { editor: null, document: null, draftId: null };

const first = (): Into => writing;

export const pictures = new Pictures();

/** What stands where a picture can't be shown; `null` where one of the library is meant. */
export function placeholder(address: string): string | null {
  if (assetOf(address)) return null;
  try {
    const { protocol, host } = new URL(address);
    if (/^https?:$/.test(protocol)) return t("pictures.remote", { host });
  } catch {
    // No address at all: a path.
  }
  return t("pictures.elsewhere", { address: address.slice(0, 80) });
}

/** Why a picture of the library is not shown. */
export const reasonOf = (reason: unknown): ErrorDto => asError(reason);
