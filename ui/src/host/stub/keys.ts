import type { Commands, KeyPlacesDto, ModelDto } from "../../wire/bindings";
import { fail } from "./given";
import type { StubStudio } from "./studio";

type Names =
  | "set_key"
  | "move_key"
  | "key_places"
  | "unlock_keys"
  | "lock_keys"
  | "seal_keys"
  | "discard_key_file";
type Bodies = { [K in Names]: (input: Commands[K]["input"]) => Commands[K]["output"] };

/** The places of keys in memory: a file opens with the passphrase that made it. */
export function keyCommands(studio: StubStudio): Bodies {
  const places: KeyPlacesDto = { keychain: "ready", file: "none" };
  let made = "";
  const server = (id: string) => {
    const model = studio.models.find((one) => one.id === id);
    if (model?.source.kind !== "server") throw fail("model_not_chosen");
    return model as ModelDto & { source: { kind: "server" } };
  };
  return {
    set_key: ({ model_id, api_key, place }) => {
      const model = server(model_id);
      if (place === "file" && places.file !== "open") throw fail("keys_locked");
      model.source.key = api_key ? place : null;
      return model;
    },
    move_key: ({ model_id, place }) => {
      const model = server(model_id);
      model.source.key = model.source.key && place;
      return model;
    },
    key_places: () => ({ ...places }),
    unlock_keys: ({ passphrase }) => {
      if (passphrase !== made) throw fail("keys_wrong_passphrase");
      places.file = "open";
      return { ...places };
    },
    lock_keys: () => {
      if (places.file === "open") places.file = "locked";
      return { ...places };
    },
    seal_keys: ({ passphrase }) => {
      made = passphrase;
      places.file = "open";
      return { ...places };
    },
    discard_key_file: () => {
      places.file = "none";
      for (const { source } of studio.models)
        if (source.kind === "server" && source.key === "file") source.key = null;
      return { ...places };
    },
  };
}
