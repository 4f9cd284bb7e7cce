import { call } from "../../host";
import { t } from "../../locales/index.svelte";
import type { Commands, KeyPlace, ModelDto, ModelState, PriceDto } from "../../wire/bindings";
import { library } from "../library/library.svelte";
import { notices } from "../notices/notices.svelte";

export const STARTER = "starter";

export const hostOf = (model: ModelDto | undefined): string | null =>
  model?.source.kind === "server" ? model.source.host : null;

class Models {
  list = $state<ModelDto[]>([]);
  /** A model that waits for the person's word, as the project is local only. */
  asking = $state<ModelDto | null>(null);

  get(id: string): ModelDto | undefined {
    return this.list.find((model) => model.id === id);
  }

  /** The model of the open project. */
  get chosen(): ModelDto | undefined {
    const project = library.project;
    return this.get(project?.model_id ?? STARTER) ?? this.get(STARTER);
  }

  /** The starter model has a name in each language; others keep their own. */
  nameOf = (model: ModelDto): string =>
    model.source.kind === "starter" ? t("models.starter") : model.name;

  async reload() {
    try {
      this.list = await call("models", {});
    } catch (reason) {
      notices.report(reason);
    }
  }

  setState(id: string, state: ModelState) {
    this.list = this.list.map((model) => (model.id === id ? { ...model, state } : model));
  }

  /** Puts what was added into the list, if an event has not yet. */
  private put(model: ModelDto) {
    const others = this.list.filter(({ id }) => id !== model.id);
    this.list = [...others, model];
  }

  /** Chooses a model for the open project; asks first where text would leave the machine. */
  async choose(model: ModelDto): Promise<boolean> {
    const project = library.project;
    if (!project) return false;
    if (hostOf(model) && project.privacy === "local_only") {
      this.asking = model;
      return false;
    }
    this.asking = null;
    try {
      library.put(await call("choose_model", { project_id: project.id, model_id: model.id }));
      if (model.source.kind !== "server")
        void call("load_model", { id: model.id }).catch(() => undefined);
      return true;
    } catch (reason) {
      notices.report(reason);
      return false;
    }
  }

  /** The person said yes: the project may use servers, and uses this one. */
  async allow(): Promise<boolean> {
    const model = this.asking;
    const project = library.project;
    if (!model || !project) return false;
    if (!(await library.setPrivacy(project.id, "remote_allowed"))) return false;
    return this.choose(model);
  }

  /** Locks the open project; a model on a server gives way to the starter. */
  async lock(): Promise<void> {
    const project = library.project;
    if (!project) return;
    if (hostOf(this.chosen)) {
      const starter = this.get(STARTER);
      if (starter && !(await this.choose(starter))) return;
    }
    await library.setPrivacy(project.id, "local_only");
  }

  /** Throws an `ErrorDto`; the form shows it. */
  async addFile(path: string): Promise<ModelDto> {
    const model = await call("add_file", { path });
    this.put(model);
    return model;
  }

  /** Throws an `ErrorDto`; the form shows it. */
  async addServer(server: {
    name: string;
    base_url: string;
    api_key: string;
    model: string;
  }): Promise<ModelDto> {
    const model = await call("add_server", server);
    this.put(model);
    return model;
  }

  private async change(run: Promise<ModelDto>): Promise<ModelDto> {
    const model = await run;
    this.list = this.list.map((known) => (known.id === model.id ? model : known));
    return model;
  }

  /** Throws an `ErrorDto`; the form shows it. */
  editServer = (server: Commands["edit_server"]["input"]) =>
    this.change(call("edit_server", server));

  /** Says what a million tokens cost. Throws an `ErrorDto`; the form shows it. */
  setPrice = (model_id: string, price: PriceDto | null) =>
    this.change(call("set_price", { model_id, price }));

  /** Sets a server's key, or forgets it (empty). Throws an `ErrorDto`; the form shows it. */
  setKey = (model_id: string, api_key: string, place: KeyPlace) =>
    this.change(call("set_key", { model_id, api_key, place }));

  /** Throws an `ErrorDto`; the form shows it. */
  moveKey = (model_id: string, place: KeyPlace) =>
    this.change(call("move_key", { model_id, place }));

  async remove(id: string) {
    try {
      await call("remove_model", { id });
      this.list = this.list.filter((model) => model.id !== id);
    } catch (reason) {
      notices.report(reason);
    }
  }
}

export const models = new Models();
