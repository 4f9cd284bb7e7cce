import { fail } from "./given";
import type { StubStudio } from "./studio";

const ARTICLE = `# The ferry runs again

After six weeks the first boat leaves at six in the morning, and the coffee stall on the pier opens with it.

The harbour office had closed the crossing in October, when a survey found the hull of the *Linnet* thinner than the law allows. Forty metres of plate were cut out and replaced.

## What it means for the far shore

“I did not miss the boat,” says Ana Reyes, who teaches there. “I missed the half hour on the water, when nobody can ask anything of me.”

- The first crossing is free.
- Bicycles travel without a ticket until spring.
`;

const ARTICLE_ZH = `# 渡轮明日复航

停航六周之后，第一班渡轮将在清晨六点离岸，码头的咖啡摊也会同时开张。

十月，检测发现“朱顶雀号”的船壳薄于法规要求，港务处随即停航。四十米钢板被切下换新。

## 对岸的半小时

“我想念的不是船，”在对岸教书的安娜说，“是水面上那半小时，没有人找得到我。”
`;

const SCRIPT = `Title: The Keeper
Author: Ada Quill

INT. LIGHTHOUSE - NIGHT

Rain on glass. MARA (40s) climbs the last steps and stops. The lamp is burning.

MARA
(quietly)
I put you out.

Below, a door closes.

CUT TO:

EXT. ROCKS - DAWN

A boat without a name, half full of water.
`;

/** States to look at, by name; the address says which. */
export const STATES: Record<string, (studio: StubStudio) => void> = {
  /** First start. */
  empty: () => undefined,

  /** A library that has been lived in. */
  work(studio) {
    const room = studio.addProject("Harbour Gazette", "en");
    const film = studio.addProject("The Keeper", "en");
    const zh = studio.addProject("港口晚报", "zh-CN");
    room.privacy = "remote_allowed";
    const ferry = studio.addDocument(room.id, "news", "en", "The ferry runs again", ARTICLE);
    Object.assign(studio.brief(ferry), {
      topic: "The ferry runs again from tomorrow",
      angle: "What half an hour of water means to people on the far shore",
      facts: ["Six weeks without a crossing", "Forty metres of plate were replaced"],
      sources: ["Ana Reyes, teacher", "Survey of the harbour office, 3 October"],
    });
    studio.node(ferry, "autosave");
    studio.node(ferry, "named", "After the first read");
    studio.addDraft(ferry.document_id, "Shorter, for the app", ARTICLE.slice(0, 300));
    const bakery = studio.addDocument(room.id, "ads", "en", "Bakery on Pier Street");
    Object.assign(studio.brief(bakery), { product: "A bakery that delivers at seven" });
    studio.addDocument(room.id, "news", "en");
    studio.addDocument(film.id, "screenplay", "en", "The Keeper", SCRIPT);
    studio.addDocument(zh.id, "news", "zh-CN", "渡轮明日复航", ARTICLE_ZH);
    const thrown = studio.addDocument(room.id, "news", "en", "A note about parking");
    void studio.call("delete_document", { id: thrown.document_id });
    studio.models.push(
      {
        id: "file-1",
        name: "Qwen3 1.7B Instruct",
        source: {
          kind: "file",
          path: "/home/ada/models/qwen3-1.7b-q4_k_m.gguf",
          file: {
            architecture: "qwen3",
            quantization: "Q4_K_M",
            parameters_millions: 1720,
            context_length: 40960,
            mebibytes: 1056,
            license: "Apache-2.0",
            description: null,
          },
        },
        state: { state: "idle" },
        beyond: [],
        price: null,
      },
      {
        id: "file-2",
        name: "An old experiment",
        source: {
          kind: "file",
          path: "/home/ada/models/old.gguf",
          file: {
            architecture: "llama",
            quantization: "Q4_0",
            parameters_millions: 7000,
            context_length: 4096,
            mebibytes: 3900,
            license: null,
            description: null,
          },
        },
        state: {
          state: "failed",
          error: fail("model_not_found", { path: "/home/ada/models/old.gguf" }),
        },
        beyond: [],
        price: null,
      },
      {
        id: "server-1",
        name: "Mistral Small at home",
        source: {
          kind: "server",
          base_url: "http://fridge.local:11434/v1",
          host: "fridge.local:11434",
          model: "mistral-small:24b",
          key: null,
          needs_key: false,
          api: "chat",
        },
        state: { state: "ready" },
        beyond: [],
        price: null,
      },
    );
    studio.entries = [
      ["draft", 2210, 1893],
      ["shorten", 1402, 310],
      ["list_models", 0, 412],
    ].map(([purpose, bytes_out, bytes_in], n) => ({
      id: `entry-${n}`,
      at: Date.now() - n * 86_400_000,
      host: "fridge.local:11434",
      purpose: String(purpose),
      bytes_out: Number(bytes_out),
      bytes_in: Number(bytes_in),
      method: "POST",
      path: "/v1/chat/completions",
      project_id: null,
      project: null,
      state: "done" as const,
      status: 200,
      failure: null,
      masked: false,
      sha256: "5c".repeat(32),
      kept: true,
      generation_id: null,
    }));
    studio.last = { project_id: room.id, draft_id: ferry.id };
  },

  /** Long names, many documents, a long text. */
  long(studio) {
    STATES.work?.(studio);
    const room = studio.projects[0];
    if (!room) return;
    room.name = "A project whose name is far longer than anybody would reasonably make it";
    for (let n = 1; n <= 60; n++)
      studio.addDocument(
        room.id,
        (["news", "ads", "screenplay"] as const)[n % 3] ?? "news",
        "en",
        `Number ${n}, with a headline that goes on and on until nobody can read it any more`,
      );
    const first = [...studio.drafts.values()][0];
    if (first) first.body = ARTICLE.repeat(200);
  },

  /** A model is writing. */
  writing(studio) {
    STATES.work?.(studio);
    studio.pace = 350;
    const draft = studio.last?.draft_id;
    if (draft)
      void studio.call("generate", {
        draft_id: draft,
        task: { task: "draft" },
        from: 0,
        to: 0,
        note: "",
        variants: 0,
        seed: null,
      });
  },

  /** Chinese throughout. */
  chinese(studio) {
    STATES.work?.(studio);
    studio.language = "zh-CN";
    const zh = studio.projects[2];
    const draft = [...studio.drafts.values()].find(({ body }) => body === ARTICLE_ZH);
    if (zh && draft) studio.last = { project_id: zh.id, draft_id: draft.id };
  },
};
