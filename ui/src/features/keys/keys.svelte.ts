import { call } from "../../host";
import type { KeyPlace, KeyPlacesDto } from "../../wire/bindings";
import { notices } from "../notices/notices.svelte";

/** The fewest characters of a passphrase; the studio says so too. */
const SHORTEST = 8;

/** Where keys can be kept, and how these places are. */
class Keys {
  places = $state<KeyPlacesDto | null>(null);

  async load() {
    try {
      this.places = await call("key_places", {});
    } catch (reason) {
      notices.report(reason);
    }
  }

  /** Opens the file of keys. Throws an `ErrorDto`; the form shows it. */
  async unlock(passphrase: string) {
    this.places = await call("unlock_keys", { passphrase });
  }

  /** Makes the file, or gives the open one a new passphrase. Throws an `ErrorDto`. */
  async seal(passphrase: string) {
    this.places = await call("seal_keys", { passphrase });
  }

  async lock() {
    this.places = await call("lock_keys", {});
  }

  async discardFile() {
    this.places = await call("discard_key_file", {});
  }
}

export const keys = new Keys();

/** What a form asks for when a key is to be kept: the place, and the file's passphrase. */
export class Keeping {
  private picked = $state<KeyPlace | null>(null);
  passphrase = $state("");
  again = $state("");

  constructor(place: KeyPlace | null = null) {
    this.picked = place;
  }

  /** Without a keychain a key lasts for the session, until the person says otherwise. */
  get place(): KeyPlace {
    return this.picked ?? (keys.places?.keychain === "ready" ? "keychain" : "session");
  }

  set place(place: KeyPlace) {
    this.picked = place;
  }

  /** What the file still wants to know. */
  get asks(): "nothing" | "new" | "passphrase" {
    if (this.place !== "file") return "nothing";
    if (keys.places?.file === "locked") return "passphrase";
    return keys.places?.file === "none" ? "new" : "nothing";
  }

  get ready(): boolean {
    if (this.asks === "passphrase") return this.passphrase !== "";
    return this.asks === "nothing" || fits(this.passphrase, this.again);
  }

  /** Opens or makes the file, if the key goes there. Throws an `ErrorDto`. */
  async prepare() {
    const { asks } = this;
    if (asks === "passphrase") await keys.unlock(this.passphrase);
    if (asks === "new") await keys.seal(this.passphrase);
    this.passphrase = "";
    this.again = "";
  }
}

/** Whether a new passphrase is long enough and was typed twice the same. */
export const fits = (passphrase: string, again: string) =>
  [...passphrase].length >= SHORTEST && passphrase === again;

export { SHORTEST };
