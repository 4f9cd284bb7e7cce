import type { BudgetDto, ProviderDto, TakeDto, UsedDto } from "../../wire/bindings";
import type { Bodies } from "./commands";
import { fail } from "./given";
import type { StubStudio } from "./studio";

const provider = (
  id: string,
  name: string,
  base_url: string,
  keys_at: string | null,
): ProviderDto => ({
  id,
  name,
  name_zh: null,
  base_url,
  also: [],
  local: keys_at === null,
  needs_key: keys_at !== null,
  keys_at,
  docs_at: "https://docs.example/",
  apis: ["chat"],
  quirks: keys_at === null ? ["loads_slowly", "one_answer"] : ["reasons"],
});

const PROVIDERS: ProviderDto[] = [
  provider("ollama", "Ollama", "http://localhost:11434/v1", null),
  provider("lm-studio", "LM Studio", "http://localhost:1234/v1", null),
  provider("openai", "OpenAI", "https://api.openai.com/v1", "https://platform.openai.com/api-keys"),
  {
    ...provider(
      "qwen",
      "Qwen (Alibaba Cloud Model Studio)",
      "https://dashscope.aliyuncs.com/compatible-mode/v1",
      "https://bailian.console.aliyun.com",
    ),
    name_zh: "通义千问（阿里云百炼）",
    also: ["https://dashscope-intl.aliyuncs.com/compatible-mode/v1"],
  },
];

const KNOWN = ["draft", "continue", "rewrite", "shorten", "expand", "tone", "beats", "outline"];

/** What a studio in memory keeps of chains and money. */
export interface Money {
  chains: Map<string, Map<string, string[]>>;
  budget: BudgetDto | null;
  budgets: Map<string, BudgetDto>;
  spent: number;
  used: UsedDto[];
}

export const noMoney = (): Money => ({
  chains: new Map(),
  budget: null,
  budgets: new Map(),
  spent: 0,
  used: [],
});

/** Fails where the budget of all would be passed; each request counts as one. */
export function withinBudget({ money: { budget, spent } }: StubStudio) {
  if (!budget || spent + 1 <= budget.amount) return;
  throw fail("budget_of_all_passed", {
    budget: budget.amount.toFixed(2),
    spent: spent.toFixed(2),
    estimate: "1.00",
    currency: budget.currency,
  });
}

type Names =
  | "providers"
  | "edit_server"
  | "test_server"
  | "local_servers"
  | "set_price"
  | "chains"
  | "set_chain"
  | "set_budget"
  | "usage"
  | "export_usage"
  | "estimate"
  | "resume_take";

export function switchCommands(studio: StubStudio): Pick<Bodies, Names> {
  const { money } = studio;
  const server = (id: string) => {
    const found = studio.models.find((model) => model.id === id);
    if (found?.source.kind !== "server") throw fail("model_not_chosen", { id });
    return { model: found, source: found.source };
  };
  const chains = (id: string) => money.chains.get(id) ?? new Map<string, string[]>();
  return {
    providers: () => PROVIDERS,
    edit_server: ({ model_id, name, base_url, model, api_key }) => {
      const { model: known, source } = server(model_id);
      Object.assign(source, { base_url, model, host: new URL(base_url).host });
      if (api_key !== null) source.key = api_key ? "session" : null;
      known.name = name.trim() || model;
      return known;
    },
    test_server: ({ base_url }) => ({
      models: ["qwen3:8b", "llama3.3:70b", "mistral-small:24b"],
      findings: [
        { of: "models", outcome: "yes", error: null },
        { of: "answer", outcome: "yes", error: null },
        { of: "streaming", outcome: "yes", error: null },
        { of: "several_answers", outcome: "no", error: null },
        { of: "seed", outcome: "unclear", error: null },
        base_url.includes("slow")
          ? { of: "json_schema", outcome: "failed", error: fail("timeout") }
          : { of: "json_schema", outcome: "yes", error: null },
      ],
      capabilities: { streaming: true, n: false },
    }),
    local_servers: () => studio.localServers,
    set_price: ({ model_id, price }) => Object.assign(server(model_id).model, { price }),
    chains: ({ id }) => {
      const own = chains(id);
      const first = studio.project(id).model_id;
      return {
        usual: own.get("") ?? [first],
        tasks: [...own].filter(([task]) => task !== "").map(([task, models]) => ({ task, models })),
        known: KNOWN,
      };
    },
    set_chain: ({ project_id, task, models }) => {
      const project = studio.project(project_id);
      const own = new Map(chains(project_id));
      if (models.length) own.set(task ?? "", models);
      else own.delete(task ?? "");
      money.chains.set(project_id, own);
      if (task === null) project.model_id = models[0] ?? project.model_id;
      return project;
    },
    set_budget: ({ project_id, budget }) => {
      if (project_id === null) money.budget = budget;
      else if (budget) money.budgets.set(project_id, budget);
      else money.budgets.delete(project_id);
      return null;
    },
    usage: ({ project_id }) => {
      const own = project_id === null ? undefined : money.budgets.get(project_id);
      const state = (budget: BudgetDto | null | undefined) =>
        budget ? { budget, spent: money.spent } : null;
      return {
        used: money.used.filter((row) => project_id === null || row.project_id === project_id),
        project_budget: state(own),
        budget: state(money.budget),
      };
    },
    export_usage: () => null,
    estimate: ({ draft_id, models }) => {
      const document = studio.document(studio.draft(draft_id).document_id);
      const id = models[0] ?? studio.project(document.dto.project_id).model_id;
      const model = studio.models.find((one) => one.id === id);
      const host = model?.source.kind === "server" ? model.source.host : null;
      const figures = { calls: 1, prompt_tokens: 640, most_tokens: 900, skipped: [] };
      const cost = model?.price ? { amount: 0.0042, currency: model.price.currency } : null;
      return { model_id: id, host, ...figures, cost };
    },
    resume_take: ({ take_id }) => {
      const cut = studio.take(take_id);
      const more: TakeDto = {
        ...cut,
        id: studio.id("take"),
        variant: cut.variant + 1,
        status: "done",
        text: `${cut.text} And so it went on.`,
        error: null,
        facts: { ...cut.facts, resumes: cut.id },
      };
      studio.takes.set(more.id, more);
      studio.takes.set(cut.id, { ...cut, decision: "discarded" });
      studio.emit({ event: "take", take: { ...cut, decision: "discarded" } });
      return more;
    },
  };
}
