import type { Commands, PictureDto } from "../../wire/bindings";
import { fail } from "./given";

type Names = "add_picture" | "picture";
type Bodies = {
  [K in Names]: (input: Commands[K]["input"]) => Commands[K]["output"];
};

/** One grey pixel. */
export const PIXEL = "R0lGODlhAQABAIAAAMLCwgAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==";

/** Pictures in memory; what begins as none of the four kinds is refused. */
export function pictureCommands(): Bodies {
  const kept = new Map<string, PictureDto & { data: string }>();
  return {
    add_picture: ({ name, data = PIXEL }) => {
      if (!/^(?:iVBOR|R0lGOD|\/9j\/|UklGR)/.test(data)) throw fail("picture_unknown");
      const known = [...kept.values()].find((one) => one.data === data);
      const id = known?.id ?? `${kept.size + 1}`.padStart(64, "0");
      const about = { id, name, media_type: "image/gif", width: 640, height: 400 };
      if (!known) kept.set(id, { ...about, data });
      return about;
    },
    picture: ({ id }) => {
      const found = kept.get(id);
      if (!found) throw fail("not_found");
      return found;
    },
  };
}
