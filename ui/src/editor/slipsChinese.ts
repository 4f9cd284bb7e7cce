import type { Slip } from "./slips";

const H = "\\p{Script=Han}";
const HAN = /\p{Script=Han}/u;
const rx = (source: string) => new RegExp(source, "gu");

/** Half-width signs and the ones that Chinese text has. */
const WIDE: Record<string, string> = {
  ",": "，",
  ";": "；",
  ":": "：",
  "!": "！",
  "?": "？",
  ".": "。",
};

/** Words that are often written with another character. */
const WORDS: Record<string, string> = {
  按装: "安装",
  既使: "即使",
  必竟: "毕竟",
  渡假: "度假",
  幅射: "辐射",
  帐号: "账号",
  针贬: "针砭",
  重迭: "重叠",
  松驰: "松弛",
  脉博: "脉搏",
  凑和: "凑合",
  粗旷: "粗犷",
  防碍: "妨碍",
  气慨: "气概",
  陷井: "陷阱",
  编篡: "编纂",
  通霄: "通宵",
  追朔: "追溯",
  膺品: "赝品",
  震憾: "震撼",
  装祯: "装帧",
  迫不急待: "迫不及待",
  一如继往: "一如既往",
  再接再励: "再接再厉",
  不径而走: "不胫而走",
  穿流不息: "川流不息",
  谈笑风声: "谈笑风生",
  走头无路: "走投无路",
  食不裹腹: "食不果腹",
  甘败下风: "甘拜下风",
  自抱自弃: "自暴自弃",
  悬梁刺骨: "悬梁刺股",
  变本加利: "变本加厉",
  默守成规: "墨守成规",
  一愁莫展: "一筹莫展",
  别出新裁: "别出心裁",
  鬼鬼崇崇: "鬼鬼祟祟",
  莫明其妙: "莫名其妙",
  名符其实: "名副其实",
  金壁辉煌: "金碧辉煌",
  相形见拙: "相形见绌",
};
const WORD = rx(Object.keys(WORDS).join("|"));

/** 地: what is done, and how, where nothing else can be meant. */
const HOW = "慢慢|渐渐|悄悄|轻轻|静静|默默|匆匆|偷偷|缓缓|狠狠|不停|不断|飞快";
const DONE =
  "走(?![廊道向势])|跑(?![道步车鞋])|离开|推开|打开|关上|放下|拿起|点了|点头|摇头|摇了|抬起|消失|流下|落下|问道|说道|看着|望着|想着|坐下|站起";
const DI = rx(`(?<=${HOW})的(?=${DONE})`);
/** 得: how well something is done, at the end of its clause. */
const DE = rx(
  "(?<=[跑走飞游睡吃唱跳说写做干玩来变学穿长]|生活|表现|打扮|完成)的(?=(?:很|非常|太|特别|挺|更|这么|那么)(?:快|慢|好|早|晚|高|远|近|香|开心|高兴|漂亮|清楚|认真|努力|整齐|顺利|精彩)(?:[，。！？；、…”]|了|$))",
);
const JUE = rx("(?<![视听感直知触味嗅错幻])觉的");

/** Whether more of a paragraph is English than Chinese: then its full stop is English too. */
function isEnglish(text: string): boolean {
  const words = text.match(/\p{Script=Latin}{2,}/gu)?.length ?? 0;
  return words * 2 > (text.match(rx(H))?.length ?? 0);
}

/** What is sure in Chinese text. `script`: spaces part the elements of a heading. */
export function chineseSlips(text: string, script: boolean): Slip[] {
  const slips: Slip[] = [];
  const each = (
    pattern: RegExp,
    rule: Slip["rule"],
    fixes: (match: RegExpMatchArray) => string[],
  ) => {
    for (const match of text.matchAll(pattern)) {
      const from = match.index ?? 0;
      slips.push({ from, to: from + match[0].length, rule, fixes: fixes(match) });
    }
  };
  // A point between Han characters, or behind one at the end, is none of a number.
  each(rx(`(?<=[${H}”」》）])[,;:!?](?=\\s*(?:[${H}“「《（]|$))`), "width", ([sign]) => [
    WIDE[sign ?? ""] ?? "",
  ]);
  each(rx(`(?<=[${H}”」》）])\\.(?=[${H}“「《])`), "width", () => ["。"]);
  if (!isEnglish(text)) each(rx(`(?<=[${H}”」》）])\\.$`), "width", () => ["。"]);
  for (const { 0: both, index } of text.matchAll(/\([^()]*\)/g)) {
    if (!HAN.test(both)) continue;
    const end = index + both.length;
    // Within English, `the lake (西湖)` is right.
    const within = text.slice(0, index).trimEnd().at(-1) ?? text.slice(end).trimStart().at(0) ?? "";
    if (/[\p{Script=Latin}\p{N},.;:!?]/u.test(within)) continue;
    slips.push({ from: index, to: index + 1, rule: "width", fixes: ["（"] });
    slips.push({ from: end - 1, to: end, rule: "width", fixes: ["）"] });
  }
  each(
    rx("。{3,}|(?<=[\\p{Script=Han}])\\.{3,}|(?<!…)…(?!…)(?=\\p{Script=Han})"),
    "ellipsis",
    () => ["……"],
  );
  each(rx(`(?<=${H})(?:--+|—(?!—))(?<!——)(?=${H})`), "dash", () => ["——"]);
  each(rx("，{2,}|、{2,}|；{2,}|：{2,}|(?<!。)。。(?!。)"), "doubled", ([signs]) => [
    signs?.[0] ?? "",
  ]);
  each(rx("，。|。，|、，|，、|；。|：，"), "doubled", ([signs]) => [
    signs?.[1] ?? "",
    signs?.[0] ?? "",
  ]);
  if (!script) each(rx(`(?<=${H}) +(?=${H})`), "spacing", () => [""]);
  each(
    rx("(?<!的)的的(?!确)|(?<!是)是是(?!非)|(?<!在)在在|和和(?=我|你|他|她)|(?<!就)就就"),
    "repeated",
    ([twice]) => [twice?.[0] ?? ""],
  );
  each(WORD, "spelling", ([word]) => [WORDS[word ?? ""] ?? ""]);
  each(DI, "particle", () => ["地"]);
  each(DE, "particle", () => ["得"]);
  each(JUE, "particle", () => ["觉得"]);
  return slips;
}
