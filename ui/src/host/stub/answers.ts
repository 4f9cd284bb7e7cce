import type { Brief, DocumentDto, Task } from "../../wire/bindings";

/** What the pretended model writes: enough to look at, in the language of the brief. */
export interface Answer {
  title: string | null;
  text: string;
}

const list = (items: string[]) => items.filter((item) => item.trim());

function news(brief: Extract<Brief, { topic: string }>): Answer {
  const topic = brief.topic.trim();
  const facts = list(brief.facts);
  if (brief.language === "zh-CN") {
    const title = topic || "渡轮明日复航";
    const body = [
      "停航六周之后，第一班渡轮将在清晨六点离岸，码头的咖啡摊也会同时开张。",
      ...facts.map((fact) => `${fact.replace(/。$/, "")}。`),
      "对岸的居民说，他们等的不是船，而是那半小时无人打扰的水面。",
    ];
    return { title, text: `# ${title}\n\n${body.join("\n\n")}\n` };
  }
  const title = topic || "The ferry runs again";
  const body = [
    "After six weeks of silence the first boat leaves at six in the morning, and the coffee stall on the pier opens with it.",
    ...facts.map((fact) => `${fact.replace(/\.$/, "")}.`),
    "People on the far shore say they did not miss the boat so much as the half hour on the water, when nobody can ask anything of them.",
  ];
  return { title, text: `# ${title}\n\n${body.join("\n\n")}\n` };
}

const ADS = {
  en: [
    ["Bread at seven", "Baked before you wake. Order tonight.", "Order now"],
    ["Still warm at your door", "Sourdough from the corner, every morning.", "Try a loaf"],
    ["One loaf, no queue", "We bake what you ordered, and nothing more.", "Choose yours"],
    ["The smell of seven", "Rye, wheat and seed. Delivered on foot.", "Order now"],
  ],
  "zh-CN": [
    ["七点的面包", "您醒来之前已经出炉，今晚下单。", "立即下单"],
    ["到门口还是热的", "街角的酸种面包，每天清晨送到。", "尝一个"],
    ["不用排队的一条", "订多少烤多少，一条不多。", "挑一条"],
    ["七点的香气", "黑麦、小麦与籽，步行送达。", "立即下单"],
  ],
} as const;

function ad(brief: Extract<Brief, { product: string }>, variant: number): Answer {
  const of = ADS[brief.language];
  const [headline, description, call] = of[variant % of.length] ?? of[0];
  const [h, d, c] =
    brief.language === "en"
      ? ["Headline: ", "Description: ", "Call to action: "]
      : ["标题：", "描述：", "行动号召："];
  return { title: null, text: `${h}${headline}\n${d}${description}\n${c}${call}\n` };
}

const SCREENPLAY = {
  en: {
    beats:
      "= Opening: a lighthouse without a keeper.\n\n= The turn: the lamp is lit.\n\n= The end: someone stays.\n",
    outline:
      "INT. LIGHTHOUSE - NIGHT\n\n= MARA finds the lamp burning.\n\nEXT. ROCKS - DAWN\n\n= A boat without a name.\n",
    scene:
      "INT. LIGHTHOUSE - NIGHT\n\nRain on glass. MARA (40s) climbs the last steps and stops. The lamp is burning.\n\nMARA\n(quietly)\nI put you out.\n\nBelow, a door closes.\n\nCUT TO:\n",
  },
  "zh-CN": {
    beats: "= 开场：没有守塔人的灯塔。\n\n= 转折：灯亮了。\n\n= 结局：有人留下。\n",
    outline: ".内景 灯塔 - 夜\n\n= 玛拉发现灯亮着。\n\n.外景 礁石 - 黎明\n\n= 一条没有名字的船。\n",
    scene:
      ".内景 灯塔 - 夜\n\n雨打着玻璃。玛拉走上最后几级台阶，停住。灯亮着。\n\n@玛拉\n（轻声）\n我明明把你熄了。\n\n楼下，一扇门关上。\n",
  },
} as const;

/** One answer; siblings differ where the kind has several. */
export function answerTo(
  document: DocumentDto,
  brief: Brief,
  task: Task,
  selected: string,
  variant: number,
): Answer {
  const chinese = brief.language === "zh-CN";
  switch (task.task) {
    case "rewrite":
    case "tone":
    case "simplify":
    case "correct":
    case "translate":
      return {
        title: null,
        text: chinese ? `换一种说法：${selected}` : `Put another way: ${selected}`,
      };
    case "shorten":
      return {
        title: null,
        text: selected.slice(0, Math.max(1, Math.ceil(selected.length / 2))).trimEnd(),
      };
    case "expand":
      return {
        title: null,
        text: chinese
          ? `${selected}那天的风很小，水面像一张没写过的纸。`
          : `${selected} There was little wind that day, and the water lay like a page that nobody had written on.`,
      };
    case "continue":
      return {
        title: null,
        text: chinese
          ? "\n\n第二天早上，第一班船准时离岸。"
          : "\n\nThe next morning the first boat left on time.",
      };
    case "beats":
    case "outline":
    case "scene":
      return { title: null, text: SCREENPLAY[brief.language][task.task] };
    case "revise_beats":
      return { title: null, text: SCREENPLAY[brief.language].beats };
    case "revise_scene":
    case "punch_up":
      return { title: null, text: SCREENPLAY[brief.language].scene };
    case "premise":
      return {
        title: null,
        text: chinese
          ? "守塔人走了，灯却自己亮着；玛拉要弄清是谁点的，代价是留下来。"
          : "The keeper is gone and the lamp burns all the same. Mara wants to know who lit it, and the price is to stay.",
      };
    case "headline":
    case "dek":
    case "describe":
    case "own":
      return { title: null, text: chinese ? `第 ${variant + 1} 个` : `Number ${variant + 1}` };
    case "alternatives":
      return { title: null, text: `${selected} (${variant + 1})` };
    case "turns":
    case "revise_entry":
    case "dialogue":
    case "characters":
    case "coverage":
    case "knowledge":
    case "interview":
    case "assistant":
    case "summary":
    case "judge":
      return { title: null, text: SCREENPLAY[brief.language].outline };
    case "draft":
      if ("topic" in brief) return news(brief);
      if ("product" in brief) return ad(brief, variant);
      return { title: document.title || null, text: SCREENPLAY[brief.language].scene };
  }
}
