import type { SymbolUniverse } from "../../../lib/providers/symbols/source.ts";
import { directionLexicon } from "./direction-lexicon.ts";
import { isPriceAim } from "./features.ts";
import { matchLexicon } from "./lexicon-match.ts";
import { findMentions } from "./ticker-mentions.ts";
import { decodeEntities, type Token, tokenise } from "./tokens.ts";

const shareTalk = new Set(
  `share shares stock stonk calls puts call put leaps options contracts hold holding held holds hodl hodling buy buying bought
  sell selling sold short shorts shorting shorted squeeze squeezing moon mooning dip float gamma strike bags bag bagholder
  bagholders earnings apes 🚀 💎 🙌 📈 📉 tendies fd fds`.split(/\s+/),
);
const pointers = new Set("it its it's this that'll it'll they them these".split(" "));

/** Whether a text that names no ticker speaks of the thread's: of shares, or of "it" with a direction or a price. */
export function speaksOfThread(tokens: readonly Token[]): boolean {
  if (tokens.some((token) => shareTalk.has(token.text) || token.kind === "contract")) return true;
  if (!tokens.some((token) => pointers.has(token.text))) return false;
  const hasFigure = tokens.some(
    (token, at) => isPriceAim(tokens, at) || (token.kind === "number" && /[$%]/.test(token.raw)),
  );
  return (
    hasFigure ||
    matchLexicon(tokens, directionLexicon).some((hit) => Math.abs(directionLexicon.get(hit.entry) ?? 0) >= 0.4)
  );
}

/**
 * The ticker that a thread is about: of the nearest text that names any, its only or first one. `texts` go from
 * the nearest parent to the post's title.
 */
export function threadTicker(texts: readonly string[], universe: SymbolUniverse): string | undefined {
  for (const text of texts) {
    const [first] = findMentions(tokenise(decodeEntities(text)), universe);
    if (first) return first.symbol;
  }
  return undefined;
}
