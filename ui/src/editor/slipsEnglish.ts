import type { Slip } from "./slips";

/** Words that are often written wrong, with what is meant. */
const WORDS: Record<string, string> = Object.fromEntries(
  (
    "teh:the recieve:receive recieved:received seperate:separate seperately:separately definately:definitely " +
    "occured:occurred occurence:occurrence untill:until wich:which thier:their becuase:because " +
    "goverment:government enviroment:environment adress:address accomodate:accommodate " +
    "calender:calendar cemetary:cemetery commitee:committee concious:conscious embarass:embarrass " +
    "existance:existence foriegn:foreign harrass:harass independant:independent liason:liaison " +
    "maintainance:maintenance neccessary:necessary necesary:necessary noticable:noticeable " +
    "occassion:occasion persistant:persistent posession:possession privelege:privilege " +
    "publically:publicly recomend:recommend rythm:rhythm succesful:successful successfull:successful " +
    "suprise:surprise tommorow:tomorrow tommorrow:tomorrow truely:truly vaccum:vacuum wierd:weird " +
    "writting:writing beleive:believe begining:beginning buisness:business collegue:colleague " +
    "dissapear:disappear dissapoint:disappoint equiptment:equipment familar:familiar finaly:finally " +
    "freind:friend gaurd:guard happend:happened immediatly:immediately knowlege:knowledge " +
    "libary:library lightening:lightning millenium:millennium mispell:misspell ocasion:occasion " +
    "peice:piece prefered:preferred probaly:probably realy:really refered:referred relevent:relevant " +
    "responsability:responsibility seige:siege similiar:similar sieze:seize strenght:strength " +
    "threshhold:threshold tounge:tongue usefull:useful visious:vicious whereever:wherever " +
    "alot:a_lot arguement:argument acheive:achieve apparantly:apparently basicly:basically " +
    "catagory:category completly:completely desparate:desperate dilemna:dilemma fourty:forty " +
    "humourous:humorous ignorence:ignorance incidently:incidentally interupt:interrupt"
  )
    .split(" ")
    .map((pair) => pair.split(":").map((word) => word.replace("_", " ")) as [string, string]),
);

/** Words that may well stand twice. */
const TWICE = new Set([
  "had",
  "that",
  "very",
  "no",
  "ha",
  "bye",
  "yes",
  "now",
  "so",
  "there",
  "far",
  "hey",
  "oh",
  "la",
  "tut",
]);
/** Begin with a vowel sign and sound like a consonant. */
const LIKE_CONSONANT =
  /^(?:u(?:n(?:i(?!n|m)|a(?:ni))|s(?:e|ua|ur)|t(?:e|i)|rin|ran|ku)|eu|ewe|one|once|ufo)/i;
/** Begin with a silent h. */
const SILENT = /^(?:hour|honest|honou?r|heir)/i;

/** Words that no article stands before. */
const NO_NOUN = /^(?:is|in|as|at|on|of|or|it|if|are|am|and|all|into|up)$/i;

const cased = (like: string, word: string) =>
  /^\p{Lu}/u.test(like) ? word.charAt(0).toUpperCase() + word.slice(1) : word;

/** What is sure in English text. */
export function englishSlips(text: string): Slip[] {
  const slips: Slip[] = [];
  const put = (from: number, length: number, rule: Slip["rule"], ...fixes: string[]) =>
    slips.push({ from, to: from + length, rule, fixes });
  for (const { 0: word, index } of text.matchAll(/[A-Za-z]+/g)) {
    const right = WORDS[word.toLowerCase()];
    if (right && Object.hasOwn(WORDS, word.toLowerCase()))
      put(index, word.length, "spelling", cased(word, right));
  }
  for (const { 0: both, 1: word = "", index } of text.matchAll(
    /\b([A-Za-z]+)[ \t]+\1\b(?!['\u2019-])/gi,
  ))
    if (!TWICE.has(word.toLowerCase()) && !/^[A-Z]/.test(both.slice(-word.length)))
      put(index, both.length, "repeated", word);
  for (const { 0: both, 1: article = "", 2: word = "", index } of text.matchAll(
    /\b(an?) ([a-z]{2,})/gi,
  )) {
    // "A" alone may be a letter, a note or a grade.
    if (/^[A-Z]{2}/.test(word) || NO_NOUN.test(word)) continue;
    const vowel = (/^[aeiou]/i.test(word) && !LIKE_CONSONANT.test(word)) || SILENT.test(word);
    const right = cased(article, vowel ? "an" : "a");
    if (right !== article) put(index, both.length, "article", `${right} ${word}`);
  }
  for (const { 1: word = "", index } of text.matchAll(
    /\b(could|should|would|might|must) of\b(?! course)/gi,
  ))
    put(index, word.length + 3, "confused", `${word} have`);
  for (const { 1: word = "", index } of text.matchAll(
    /\b(more|less|better|worse|rather|greater|fewer|larger|smaller|older|younger|higher|lower|bigger) then\b/gi,
  ))
    put(index, word.length + 5, "confused", `${word} than`);
  for (const { 1: its = "", index } of text.matchAll(/\b(its) (?:been|not|a|an|the|going|too)\b/gi))
    put(index, its.length, "confused", cased(its, "it\u2019s"));
  for (const { 1: its = "", index } of text.matchAll(/\b(it['\u2019]s) own\b/gi))
    put(index, its.length, "confused", cased(its, "its"));
  for (const { index } of text.matchAll(
    /(?<=[\s"\u201c(]|^)i(?=[\s,;!?]|['\u2019](?:m|d|ll|ve)\b)/g,
  ))
    put(index, 1, "capital", "I");
  for (const { 0: gap, index } of text.matchAll(/(?<=[A-Za-z]) +(?=[,;!?](?:\s|$)|\.(?:\s|$))/g))
    put(index, gap.length, "spacing", "");
  for (const { 0: gap, index } of text.matchAll(/(?<=[a-z,;]) {2,}(?=[A-Za-z])/g))
    put(index, gap.length, "spacing", " ");
  return slips;
}
