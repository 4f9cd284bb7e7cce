import { beforeEach, describe, expect, it } from "vitest";
import { useHost } from "../../host";
import { StubStudio, stubHost } from "../../host/stub";
import { library } from "../library/library.svelte";
import { notices } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";
import { hostOf, models } from "./models.svelte";

let studio: StubStudio;
const SERVER = { name: "", base_url: "https://models.example/v1", api_key: "", model: "big" };

beforeEach(async () => {
  studio = new StubStudio();
  studio.pace = 0;
  useHost(stubHost(studio));
  await writing.close();
  library.projects = [];
  library.projectId = null;
  notices.list = [];
  models.asking = null;
  await models.reload();
  await library.createProject("A");
});

describe("models", () => {
  it("start with the starter", () => {
    expect(models.chosen?.id).toBe("starter");
    expect(models.chosen && models.nameOf(models.chosen)).toBe("Starter model");
  });

  it("ask before a locked project uses a server", async () => {
    const server = await models.addServer(SERVER);
    expect(hostOf(server)).toBe("models.example");
    expect(await models.choose(server)).toBe(false);
    expect(models.asking?.id).toBe(server.id);
    expect(studio.called).not.toContain("choose_model");

    expect(await models.allow()).toBe(true);
    expect(library.project).toMatchObject({ privacy: "remote_allowed", model_id: server.id });
    expect(models.asking).toBeNull();
  });

  it("go back to the starter when a project is locked", async () => {
    const server = await models.addServer(SERVER);
    await models.choose(server);
    await models.allow();
    await models.lock();
    expect(library.project).toMatchObject({ privacy: "local_only", model_id: "starter" });
  });

  it("are remembered for each project", async () => {
    const file = await models.addFile("/models/qwen.gguf");
    await models.choose(file);
    const first = library.projectId ?? "";
    await library.createProject("B");
    expect(models.chosen?.id).toBe("starter");
    await library.openProject(first);
    expect(models.chosen?.id).toBe(file.id);
  });

  it("let the form show what is wrong with a file or a server", async () => {
    await expect(models.addFile("/notes.txt")).rejects.toMatchObject({ code: "model_broken" });
    await expect(models.addServer({ ...SERVER, base_url: "x" })).rejects.toMatchObject({
      code: "bad_address",
    });
    expect(notices.list).toEqual([]);
  });

  it("fall back when the chosen one is taken off the shelf", async () => {
    const file = await models.addFile("/models/qwen.gguf");
    await models.choose(file);
    await models.remove(file.id);
    expect(models.chosen?.id).toBe("starter");
  });
});
