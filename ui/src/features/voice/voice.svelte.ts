import { call } from "../../host";
import type { VoiceDto, VoiceSample } from "../../wire/bindings";
import { library } from "../library/library.svelte";
import { attempt } from "../notices/notices.svelte";

/** The voice sample of the open project. */
class Voice {
  now = $state.raw<VoiceDto | null>(null);
  private of: string | null = null;

  /** Follows the project that is open; to be run in an effect. */
  follow() {
    const id = library.projectId;
    if (id === this.of) return;
    this.of = id;
    this.now = null;
    if (id) void this.load(id);
  }

  async load(id: string) {
    await attempt(async () => {
      const found = await call("voice", { id });
      if (library.projectId === id) this.now = found;
    });
  }

  /** Another window may have given another sample. */
  async reload() {
    if (this.now && this.of) await this.load(this.of);
  }

  async set(project_id: string, sample: VoiceSample) {
    await attempt(async () => {
      const found = await call("set_voice", { project_id, sample });
      if (library.projectId === project_id) {
        this.of = project_id;
        this.now = found;
      }
    });
  }
}

export const voice = new Voice();
