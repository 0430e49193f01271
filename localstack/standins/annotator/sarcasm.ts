import { directionLexicon } from "./direction-lexicon.ts";
import { matchLexicon, parseLexicon } from "./lexicon-match.ts";
import type { Token } from "./tokens.ts";

/** Exaggerated praise, agreement and thanks, and what mocks: general wording, in units of log-odds. */
const cues = parseLexicon(`
  2.0:
    #sarcasm, said no one ever, said no one, said nobody, said nobody ever
  1.5:
    what could go wrong, what could possibly go wrong, what can go wrong, yeah right, ok buddy, sure buddy, sure thing buddy
  1.2:
    oh great, oh good, just what i needed, exactly what i needed, just what we needed, who could have seen, who would have thought,
    who would've thought, who would of thought, good luck with that, how dare they, oh no not, lucky me, gee, gee thanks
  1.0:
    can't wait, cant wait, gotta love, got to love, sounds legit, totally legit, totally normal, nothing to see here, must be nice,
    trust me bro, so generous, how generous, how kind of, what a time to be alive, works every time, stonks only go up,
    stocks only go up, literally can't go tits up, can't go tits up, big brain, 200 iq, 4d chess, smooth brain move
  0.9:
    yeah, love it when, love when, love how, i love how, government, love
  0.8:
    wow, absolutely, 🙄, you're, perfect, i'm sure, im sure, pure coincidence, what a coincidence, shocked pikachu, shocker
  0.7:
    fun, yes, glad, great, so glad, sure, surely, good job, great job, nice job, nice try, well done, congrats on, 🙃
  0.6:
    oh, apparently, thanks, you know, of course, obviously, thank you, genius, geniuses, experts
  0.5:
    !!, another, love it, the best, clearly, good thing, totally, 🤡, shocking, imagine
  0.4:
    ..., super, nice, 🤔, fine, told me, never, what a, legit, brilliant, lovely
  0.2:
    course, yet another, yay, definitely, 😂, 🥱, cool
  -0.2:
    best, interesting, everyone, surprised, sorry
  -0.4:
    happy, beautiful, sometimes, excited, proud, birthday, again, congratulations
  -0.6:
    watch, keep, hope, please
`);

const praise = new Set(
  "love loving great nice awesome fantastic glad thanks congrats wonderful excellent brilliant perfect fun amazing".split(
    " ",
  ),
);

/** Sarcasm among people who talk of their trades is rarer than on the open net; there praise is mostly meant. */
const marketTalk = -0.7;
const bias = -0.1;
const praiseOfHarm = 0.9;
const harmReach = 7;

export interface Sarcasm {
  detected: boolean;
  /** Said outright ("/s", "yeah right"), so that the opposite is meant. */
  plain: boolean;
  /** Praise for what did harm: the praise is not meant, the harm is. */
  praisesHarm: boolean;
}

/** Whether a text means the opposite of what it says (spec ai 9: humour and exaggeration alone are not sarcasm). */
export function findSarcasm(text: string, tokens: readonly Token[], aboutMarket: boolean): Sarcasm {
  if (/(?:^|\s)\/s(?:arcasm)?(?=\s|[.!)]|$)/i.test(text)) {
    return { detected: true, plain: true, praisesHarm: false };
  }
  const weights = matchLexicon(tokens, cues).map((hit) => cues.get(hit.entry) ?? 0);
  const strongest = Math.max(0, ...weights);
  const harmful = praisesHarm(tokens);
  const score =
    bias +
    weights.reduce((sum, weight) => sum + weight, 0) +
    form(text, tokens) +
    (aboutMarket ? marketTalk : 0) +
    (harmful ? praiseOfHarm : 0);
  return { detected: score > 0, plain: strongest >= 1.5, praisesHarm: harmful && score > 0 };
}

function form(text: string, tokens: readonly Token[]): number {
  let score = 0;
  if (tokens.some((token) => token.kind === "link")) score -= 0.5;
  if (tokens.length >= 6 && /[a-z]/.test(text) && text === text.toLowerCase()) score += 0.4;
  if (tokens.some((token) => token.text === '"')) score += 0.3;
  return score;
}

function praisesHarm(tokens: readonly Token[]): boolean {
  if (!tokens.some((token) => praise.has(token.text))) return false;
  const harms = matchLexicon(tokens, directionLexicon).filter((hit) => (directionLexicon.get(hit.entry) ?? 0) <= -0.5);
  return tokens.some(
    (token, at) => praise.has(token.text) && harms.some((hit) => hit.start > at && hit.start - at <= harmReach),
  );
}
