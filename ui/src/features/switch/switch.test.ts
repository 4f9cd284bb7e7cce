import { fireEvent, render } from "@testing-library/svelte";
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import { asError } from "../../host";
import { fail } from "../../host/stub/given";
import { speak } from "../../locales/index.svelte";
import { money } from "../../locales/money";
import { errorText } from "../../locales/shared";
import { library } from "../library/library.svelte";
import { models } from "../models/models.svelte";
import ServerForm from "../models/ServerForm.svelte";
import { notices } from "../notices/notices.svelte";
import { takes } from "../takes/takes.svelte";
import { all, at, closedAfterEach, maybe, opened } from "../writing/opened";
import { amountOf } from "./amount";
import BudgetDialog from "./BudgetDialog.svelte";
import { beside } from "./beside.svelte";
import { budget } from "./budget.svelte";
import ChainEditor from "./ChainEditor.svelte";
import { chains } from "./chains.svelte";
import TakeNotes from "./TakeNotes.svelte";

closedAfterEach();

const BRIEF = { topic: "The ferry" };
const SERVER = { name: "", base_url: "https://models.example/v1", api_key: "", model: "large" };

async function begun() {
  const made = opened({ kind: "news", brief: BRIEF });
  library.projects = made.studio.projects;
  library.projectId = made.studio.projects[0]?.id ?? null;
  await models.reload();
  beside.clear();
  const server = await models.addServer(SERVER);
  return { ...made, server };
}

async function settled() {
  await vi.waitFor(() => expect(takes.busyHere).toBe(false));
  await tick();
}

describe("sums of money", () => {
  it.each([
    ["5", 5],
    [" 0.25 ", 0.25],
    ["0,25", 0.25],
    ["3，5", 3.5],
    ["", null],
    ["1e5", null],
    ["-1", null],
    ["1.2.3", null],
    ["12345678901", null],
  ])("are read as they are typed: %j", (text, amount) => {
    expect(amountOf(text)).toBe(amount);
  });

  it("have more places where they are small", () => {
    expect(money({ amount: 0.0042, currency: "USD" })).toBe("$0.0042");
    expect(money({ amount: 1234.5, currency: "USD" })).toBe("$1,234.50");
  });

  it.each([
    ["USD", "$0.04", "US$0.04"],
    ["CNY", "CN¥0.04", "¥0.04"],
    ["$", "$0.04", "$0.04"],
    ["A$", "A$0.04", "A$0.04"],
    ["元", "0.04 元", "0.04 元"],
    ["credits", "0.04 credits", "0.04 credits"],
    ["QQQ", "0.04 QQQ", "0.04 QQQ"],
  ])("stand as the language writes them: %s", (currency, english, chinese) => {
    expect(money({ amount: 0.04, currency }, "en")).toBe(english);
    expect(money({ amount: 0.04, currency }, "zh-CN")).toBe(chinese);
  });

  it("name their currency wherever an error tells of them", () => {
    const values = { budget: "1.00", spent: "0.99", estimate: "0.04", currency: "$" };
    for (const code of ["budget_passed", "budget_of_all_passed"]) {
      const error = { code, values, detail: null };
      expect(errorText(error, "en").message).toMatch(/cost \$0\.04,.*: \$0\.99 of \$1\.00 are/);
      expect(errorText(error, "zh-CN").message).toMatch(
        /最多约 \$0\.04，.*已用 \$0\.99，预算 \$1\.00。/,
      );
    }
  });
});

describe("a budget", () => {
  it("is asked before it is passed; a yes counts once, a no sends nothing", async () => {
    const { studio } = await begun();
    studio.money.budget = { amount: 0, currency: "USD", offset_minutes: 0 };
    const asked = takes.generate({ task: "draft" });
    await vi.waitFor(() => expect(budget.asking).not.toBeNull());
    if (budget.asking) render(BudgetDialog, { error: budget.asking });
    expect(at("budget-dialog").textContent).toContain("$0.00 of");
    await fireEvent.click(at("budget-no"));
    expect(await asked).toBe(false);
    expect(takes.list).toEqual([]);

    const again = takes.generate({ task: "draft" });
    await vi.waitFor(() => expect(budget.asking).not.toBeNull());
    budget.answer(true);
    expect(await again).toBe(true);
    await settled();
    const third = takes.generate({ task: "draft" });
    await vi.waitFor(() => expect(budget.asking).not.toBeNull());
    budget.answer(false);
    await third;
  });

  it("asks nothing where something else failed", async () => {
    await begun();
    const failed = budget.spend(() => Promise.reject(fail("in_the_bin")));
    expect(await failed.catch((reason) => asError(reason).code)).toBe("in_the_bin");
    expect(budget.asking).toBeNull();
  });
});

describe("models in a row", () => {
  it("are added, moved and left out, with the keyboard where it was", async () => {
    const { server } = await begun();
    render(ChainEditor, { ondone: () => undefined });
    await vi.waitFor(() => expect(all("chain-model")).toHaveLength(1));
    const adder = at("chain-add") as HTMLSelectElement;
    await fireEvent.change(adder, { target: { value: server.id } });
    await vi.waitFor(() => expect(chains.models(null)).toEqual(["starter", server.id]));
    await tick();
    const up = all("chain-up").at(-1) as HTMLElement;
    up.focus();
    await fireEvent.click(up);
    await vi.waitFor(() => expect(chains.models(null)).toEqual([server.id, "starter"]));
    await fireEvent.click(at("chain-local-first"));
    await vi.waitFor(() => expect(chains.models(null)).toEqual(["starter", server.id]));
    await fireEvent.click(all("chain-remove").at(-1) as HTMLElement);
    await vi.waitFor(() => expect(chains.models(null)).toEqual(["starter"]));
    // The last one stays.
    await tick();
    expect((at("chain-remove") as HTMLButtonElement).disabled).toBe(true);
  });

  it("take nobody in before it is known who is in it", async () => {
    await begun();
    render(ChainEditor, { ondone: () => undefined });
    expect(maybe("chain-add")).toBeNull();
    await vi.waitFor(() => expect(all("chain-model")).toHaveLength(1));
    expect(maybe("chain-add")).not.toBeNull();
  });

  it("can be others for one task, in Chinese too", async () => {
    const { server } = await begun();
    speak("zh-CN");
    render(ChainEditor, { ondone: () => undefined });
    await vi.waitFor(() => expect(all("chain-model")).toHaveLength(1));
    await fireEvent.change(at("chain-task"), { target: { value: "draft" } });
    await vi.waitFor(() => expect(maybe("chain-none")?.textContent).toContain("所有任务"));
    await fireEvent.change(at("chain-add"), { target: { value: server.id } });
    await vi.waitFor(() => expect(chains.models("draft")).toEqual([server.id]));
    expect(chains.models(null)).toEqual(["starter"]);
  });
});

describe("several models at once", () => {
  it("write takes of one batch, each with its name", async () => {
    const { server } = await begun();
    beside.begin();
    expect(beside.ids).toEqual([]);
    beside.toggle(server.id);
    expect(beside.ids).toEqual(["starter", server.id]);
    await takes.generate({ task: "draft" });
    await settled();
    expect(takes.list.map(({ facts }) => facts.model_id)).toEqual(["starter", server.id]);
    expect(new Set(takes.list.map(({ batch_id }) => batch_id)).size).toBe(1);
    await models.remove(server.id);
    expect(beside.ids).toEqual([]);
  });
});

describe("a take", () => {
  it("says who was passed over, what it cost and what was made up for", async () => {
    await begun();
    await takes.generate({ task: "draft" });
    await settled();
    const [take] = takes.list;
    if (!take) throw new Error("no take");
    const error = fail("unreachable");
    const skipped = [{ model_id: "m", model_name: "large", host: "models.example", error }];
    const facts = {
      ...take.facts,
      skipped,
      made_up: ["seed" as const],
      guessed: true,
      masked: true,
      cost: { amount: 0.5, currency: "USD" },
    };
    render(TakeNotes, { take: { ...take, facts }, over: true });
    expect(at("take-skipped").textContent).toBe(
      "large did not write this: The server can't be reached.",
    );
    expect(at("take-cost").textContent).toContain("about $0.50");
    expect(at("take-masked").textContent).toBe("masked");
  });

  it("that was cut off goes on in another one", async () => {
    await begun();
    await takes.generate({ task: "draft" });
    await settled();
    const [cut] = takes.list;
    if (!cut) throw new Error("no take");
    await takes.resume(cut);
    const pending = takes.list.filter(({ decision }) => decision === "pending");
    expect(pending).toHaveLength(1);
    expect(pending[0]?.facts.resumes).toBe(cut.id);
    expect(takes.current(cut.batch_id)?.id).toBe(pending[0]?.id);
  });
});

describe("a wait", () => {
  it("is said once, and shown as it goes", async () => {
    const { studio } = await begun();
    studio.pace = 500;
    await takes.generate({ task: "draft" });
    const [take] = takes.list;
    if (!take) throw new Error("no take");
    const wait = (seconds: number) =>
      takes.onEvent({
        event: "take",
        take: { ...take, status: "writing", waiting: { why: "asked", seconds, attempt: 2 } },
      });
    wait(30);
    expect(notices.said).toContain("30 s");
    wait(29);
    expect(notices.said).toContain("30 s");
    expect(takes.list[0]?.waiting?.seconds).toBe(29);
  });
});

describe("the form of a server", () => {
  it("begins with a service, finds a model by typing, and keeps the price", async () => {
    const { studio } = await begun();
    let added = "";
    render(ServerForm, {
      onadded: ({ id }) => {
        added = id;
      },
      oncancel: () => undefined,
    });
    await vi.waitFor(() => expect(at("server-provider").textContent).toContain("OpenAI"));
    await fireEvent.change(at("server-provider"), { target: { value: "qwen" } });
    const url = at("server-url") as HTMLInputElement;
    expect(url.value).toContain("dashscope.aliyuncs.com");
    await fireEvent.click(all("server-region")[1] as HTMLElement);
    expect(url.value).toContain("dashscope-intl");
    await fireEvent.click(at("server-list"));
    await vi.waitFor(() => expect(all("server-offered")).toHaveLength(3));
    await fireEvent.input(at("server-model"), { target: { value: "llama" } });
    await vi.waitFor(() => expect(all("server-offered")).toHaveLength(1));
    await fireEvent.click(at("server-offered"));
    await fireEvent.click(at("server-test"));
    await vi.waitFor(() => expect(at("server-tested").textContent).toContain("works"));
    expect(all("server-finding").map((row) => row.className.split(" ")[0])).toEqual([
      ...["yes", "yes", "yes", "no", "unclear", "yes"],
    ]);
    await fireEvent.input(at("price-in"), { target: { value: "0,5" } });
    expect((at("server-add") as HTMLButtonElement).disabled).toBe(true);
    await fireEvent.input(at("price-currency"), { target: { value: "元" } });
    await fireEvent.click(at("server-add"));
    await vi.waitFor(() => expect(added).not.toBe(""));
    const model = studio.models.find(({ id }) => id === added);
    expect(model?.price).toEqual({ input: 0.5, output: 0, currency: "元" });
    expect(model?.source).toMatchObject({ model: "llama3.3:70b" });
  });

  it("offers what was found on this machine", async () => {
    const { studio } = await begun();
    studio.localServers = [
      { product: "Ollama", base_url: "http://localhost:11434/v1", models: ["qwen3:8b"] },
    ];
    render(ServerForm, { onadded: () => undefined, oncancel: () => undefined });
    await vi.waitFor(() => expect(all("server-found-item")).toHaveLength(1));
    await fireEvent.click(at("server-found-item"));
    expect((at("server-url") as HTMLInputElement).value).toBe("http://localhost:11434/v1");
    expect((at("server-model") as HTMLInputElement).value).toBe("qwen3:8b");
    expect((at("server-provider") as HTMLSelectElement).value).toBe("ollama");
  });

  it("changes a server in its place", async () => {
    const { server } = await begun();
    let done = false;
    render(ServerForm, {
      model: server,
      onadded: () => {
        done = true;
      },
      oncancel: () => undefined,
    });
    await fireEvent.input(at("server-url"), { target: { value: "https://other.example/v1" } });
    await fireEvent.click(at("server-add"));
    await vi.waitFor(() => expect(done).toBe(true));
    expect(models.get(server.id)?.source).toMatchObject({ host: "other.example" });
  });
});
