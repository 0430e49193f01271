import type { Hit } from "./lexicon-match.ts";
import type { Token } from "./tokens.ts";

/** What counts for or against, by name: lexicon entries, and signs of form that begin with `_`. */
export type Features = Map<string, number>;

/** Beyond this many remarks the sum is scaled down: a long post is not surer than a short one. */
const fullWeightRemarks = 5;

const priceAim = /^(?:to|hit|hits|hitting|reach|reaches|toward|towards|till|til|until)$/;

/**
 * The signs of direction in a text. `weightOf` gives the weight of an entry among `hits`; `share` says how much a token
 * counts for the ticker in question (0 to 1).
 */
export function directionFeatures(
  tokens: readonly Token[],
  hits: readonly Hit[],
  weightOf: (entry: string) => number,
  share: (at: number) => number,
): Features {
  const features: Features = new Map();
  const remarks = countRemarks(tokens, hits, weightOf);
  const scale = remarks > fullWeightRemarks ? Math.sqrt(fullWeightRemarks / remarks) : 1;
  const questions = questionTokens(tokens);
  const seen = new Map<string, number>();
  let up = 0;
  let down = 0;
  for (const hit of hits) {
    const times = seen.get(hit.entry) ?? 0;
    seen.set(hit.entry, times + 1);
    // Each repetition of 🚀 adds less than the one before.
    const value = (hit.factor * share(hit.start) * scale * (questions[hit.start] ? 0.7 : 1)) / (1 + times) ** 1.5;
    add(features, hit.entry, value);
    const side = tokens[hit.start]?.kind === "emoji" ? 0 : value * weightOf(hit.entry);
    up += Math.max(0, side);
    down += Math.min(0, side);
  }
  if (tokens.some((token) => laughs.has(token.text))) {
    add(features, "_laughed at up", up);
    add(features, "_laughed at down", down);
  }
  if (tokens.some((token) => eyeRolls.has(token.text))) add(features, "_rolled eyes at", up + down);
  tokens.forEach((token, at) => {
    const sign = isPriceAim(tokens, at) ? "_price aim" : formSign(token, tokens[at - 1]?.text ?? "");
    if (sign) features.set(sign, Math.min(1.5, (features.get(sign) ?? 0) + share(at)));
  });
  add(features, "_bias", 1);
  const sign = (name: string, present: boolean) => present && add(features, name, 1);
  sign("_leading cashtag", tokens[0]?.kind === "cashtag");
  sign(
    "_link",
    tokens.some((token) => token.kind === "link"),
  );
  sign("_question", questions.some(Boolean));
  sign(
    "_exclamation",
    tokens.some((token) => token.kind === "mark" && token.text.includes("!")),
  );
  return features;
}

const laughs = new Set("😂 🤣 😆 😅 lol lmao haha hahaha".split(" "));
const eyeRolls = new Set("🙄 🙃 🤡 😏 🥱".split(" "));

/** How many things in a text take a side by themselves: entries with a weight, option contracts, price aims. */
export function countRemarks(
  tokens: readonly Token[],
  hits: readonly Hit[],
  weightOf: (entry: string) => number,
): number {
  const entries = hits.filter((hit) => Math.abs(weightOf(hit.entry)) >= 0.15).length;
  return entries + tokens.filter((token, at) => token.kind === "contract" || isPriceAim(tokens, at)).length;
}

/** "to 1000", "hits $50": a price somebody expects. */
export function isPriceAim(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token?.kind !== "number" || token.raw.endsWith("%")) return false;
  return /\d{2}|\$/.test(token.raw) && priceAim.test(tokens[at - 1]?.text ?? "");
}

function formSign(token: Token, before: string): string | undefined {
  if (token.kind === "contract") return /c$/i.test(token.raw) ? "_call contract" : "_put contract";
  if (token.kind !== "number") return undefined;
  if (token.raw.endsWith("%")) return percentSign(token, before);
  if (/^[-−]/.test(token.raw)) return "_minus";
  return token.raw.startsWith("+") ? "_plus" : undefined;
}

function percentSign({ raw }: Token, before: string): string {
  if (/^[-−]/.test(raw) || /^(?:down|lost|lose|fell|drop|dropped)$/.test(before)) return "_percent down";
  return raw.startsWith("+") || /^(?:up|gained|rose|jumped)$/.test(before) ? "_percent up" : "_percent";
}

function questionTokens(tokens: readonly Token[]): boolean[] {
  const marks: boolean[] = new Array(tokens.length).fill(false);
  let start = 0;
  tokens.forEach((token, at) => {
    if (token.kind !== "mark" || !/^[.!?;\n]/.test(token.text)) return;
    if (token.text.includes("?")) marks.fill(true, start, at);
    start = at + 1;
  });
  return marks;
}

const firstPerson = new Set("i i'm im i've ive i'll my me mine we we're our us".split(" "));
const askers = new Set(
  "what why how who when where which does do is are can anyone anybody should did will".split(" "),
);
const ahead = new Set("will gonna going soon tomorrow next should expect expecting expected could".split(" "));
const past = new Set("was were had did been went ago yesterday last back made used".split(" "));
const reporting = new Set(
  "via says said reports reported announces announced according news article video read chart thread daily".split(" "),
);

/** The signs that a text takes no side: news, questions, lists, talk about something else. */
export function neutralityFeatures(tokens: readonly Token[], remarks: number, tickers: number): Features {
  const features: Features = new Map();
  const words = tokens.filter((token) => token.kind === "word");
  const has = (set: ReadonlySet<string>) => words.some((word) => set.has(word.text));
  const sign = (name: string, present: boolean) => present && add(features, name, 1);
  add(features, "_bias", 1);
  add(features, "_length", Math.log2(1 + words.length) - 4);
  add(features, "_remarks", Math.log2(1 + remarks) - 2);
  add(features, "_remark share", remarks / (1 + words.length));
  sign("_no remark", remarks === 0);
  sign("_short", words.length < 4);
  sign("_long", words.length > 60);
  const tagged = tokens.some((token) => token.kind === "cashtag");
  const linked = tokens.some((token) => token.kind === "link");
  sign("_link of a tagged message", linked && tagged);
  sign("_link", linked && !tagged);
  sign(
    "_user",
    tokens.some((token) => token.kind === "user"),
  );
  sign(
    "_question",
    tokens.some((token) => token.kind === "mark" && token.text.includes("?")),
  );
  sign("_asks", askers.has(words[0]?.text ?? ""));
  sign(
    "_exclamation",
    tokens.some((token) => token.kind === "mark" && token.text.includes("!")),
  );
  sign(
    "_emoji",
    tokens.some((token) => token.kind === "emoji"),
  );
  sign("_first person", has(firstPerson));
  sign("_ahead", has(ahead));
  sign("_past", has(past));
  sign("_reporting", has(reporting));
  sign(
    "_second person",
    words.some((word) => /^(?:you|your|u|ur|you're)$/.test(word.text)),
  );
  sign("_leading cashtag", tokens[0]?.kind === "cashtag");
  sign("_cashtag", tagged);
  sign("_several tickers", tickers >= 2);
  sign("_many tickers", tickers >= 4);
  sign("_no ticker", tickers === 0);
  sign("_numbers", tokens.filter((token) => token.kind === "number").length >= 2);
  sign("_past result", tellsResult(tokens));
  sign(
    "_quote",
    tokens.some((token) => token.text === '"'),
  );
  return features;
}

const results = new Set("made lost sold closed cashed took up down gained profit loss turned bought paid".split(" "));
const resultReach = 4;

/** A report of what a trade has brought, to the speaker, in figures: no word about what comes (spec ai 9). */
function tellsResult(tokens: readonly Token[]): boolean {
  if (tokens.some((token) => ahead.has(token.text))) return false;
  const mine = (at: number) =>
    tokens.slice(Math.max(0, at - resultReach), at).some((token) => firstPerson.has(token.text));
  return tokens.some(
    (token, at) =>
      results.has(token.text) &&
      mine(at) &&
      tokens
        .slice(at + 1, at + 1 + resultReach)
        .some((next) => next.kind === "number" && /[$%k]|\d{3}/i.test(next.raw)),
  );
}

function add(features: Features, name: string, value: number): void {
  features.set(name, (features.get(name) ?? 0) + value);
}
