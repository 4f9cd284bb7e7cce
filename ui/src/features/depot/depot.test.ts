import { beforeEach, describe, expect, it, vi } from "vitest";
import { useHost } from "../../host";
import { StubStudio, stubHost } from "../../host/stub";
import { hear } from "../../views/start.svelte";
import { models } from "../models/models.svelte";
import { notices } from "../notices/notices.svelte";
import { busy, depot, onDisk } from "./depot.svelte";
import { fitting, left, share, size, weights } from "./say";

let studio: StubStudio;

beforeEach(async () => {
  studio = new StubStudio();
  const host = stubHost(studio);
  useHost(host);
  await host.onEvent(hear);
  notices.list = [];
  depot.found = null;
  depot.planned = null;
  depot.problem = null;
  depot.guide = null;
  await depot.load();
});

describe("model files", () => {
  it("come with a folder and go with it", async () => {
    expect(onDisk(models.list)).toHaveLength(1);
    await depot.putFolder("/home/ada/models");
    expect(onDisk(models.list).map(({ name }) => name)).toContain("writer-4b-q4");
    expect(depot.folders[1]?.unreadable).toHaveLength(1);
    await depot.removeFolder("/home/ada/models");
    expect(onDisk(models.list)).toHaveLength(1);
    await expect(depot.putFolder("/nowhere")).rejects.toMatchObject({ code: "file_unreadable" });
  });

  it("of other programs are looked for when asked, and not before", async () => {
    expect(depot.found).toBeNull();
    expect(studio.called).not.toContain("find_models");
    await depot.look();
    const [program] = depot.found ?? [];
    const [model] = program?.models ?? [];
    if (!program || !model) throw new Error("nothing found");
    expect(model.on_shelf).toBeNull();
    await depot.use(program, model);
    expect(models.list.map(({ name }) => name)).toContain("llama3.2:3b");
  });

  it("are shown before they are asked for, and come in", async () => {
    await depot.plan("readme.md");
    expect(depot.problem?.code).toBe("download_address");
    expect(depot.planned).toBeNull();
    const [model] = depot.guide?.models ?? [];
    await depot.plan(model?.what ?? "", model?.bytes);
    expect(depot.problem).toBeNull();
    expect(depot.planned?.url).toMatch(
      /^https:\/\/hub\.example\/acme\/.*\/resolve\/main\/.*\.gguf$/,
    );
    expect(studio.called).not.toContain("start_download");
    expect(await depot.start("", "")).toBe(true);
    expect(depot.planned).toBeNull();
    const [download] = depot.downloads;
    expect(download && busy(download)).toBe(true);
    await depot.pause(download?.id ?? "");
    expect(depot.downloads[0]?.state.state).toBe("paused");
    vi.useFakeTimers();
    await depot.resume(download?.id ?? "");
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    expect(depot.downloads[0]?.state.state).toBe("done");
    await models.reload();
    expect(onDisk(models.list)).toHaveLength(2);
    await depot.drop(download?.id ?? "");
    expect(depot.downloads).toHaveLength(0);
  });

  it("are measured, and the guide knows", async () => {
    expect(depot.guide?.models[0]?.expected).toBeNull();
    await depot.measureStarter();
    expect(depot.guide?.basis?.tokens_per_second).toBeGreaterThan(0);
    expect(depot.guide?.models[0]?.expected).not.toBeNull();
  });
});

describe("what is said of them", () => {
  it("is in units that people read", () => {
    expect(size(2_500_000_000)).toBe("2.5 GB");
    expect(size(491_000_000)).toBe("491 MB");
    expect(size(10)).toBe("1 KB");
    expect(weights(3210)).toBe("3.2 B");
    expect(weights(630)).toBe("630 M");
    expect(left(0.2)).toBe("about 1 s left");
    expect(left(61)).toBe("about 2 min left");
    expect(left(7200)).toBe("about 2 h left");
  });

  it("says how a model goes with the machine", () => {
    expect(fitting("fits", 2.3e9, 16e9)).toBe(
      "Needs about 2.3 GB of memory; you have 16 GB: it fits.",
    );
    expect(fitting("too_big", 20e9, 16e9)).toContain("too big");
    expect(fitting("fits", 2.3e9, null)).toBe("Needs about 2.3 GB of memory.");
    const none = { bytes: 3, total: null } as Parameters<typeof share>[0];
    expect(share(none)).toBeNull();
    expect(share({ ...none, total: 2 })).toBe(1);
  });
});
