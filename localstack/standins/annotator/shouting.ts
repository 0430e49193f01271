import type { Token } from "./tokens.ts";

/**
 * Tells for each token whether its sentence is written in capitals, where capitals are no sign of a ticker.
 * Words that `isSymbol` says are symbols anyway do not make a sentence a shouted one; a sentence of fewer than three words
 * is judged with the whole text.
 */
export function isShouted(tokens: readonly Token[], isSymbol: (word: string) => boolean): (at: number) => boolean {
  const sentenceOf: number[] = [];
  const counts = [{ words: 0, capitals: 0 }];
  for (const token of tokens) {
    sentenceOf.push(counts.length - 1);
    if (token.kind === "mark" && /^[.!?\n]/.test(token.text)) counts.push({ words: 0, capitals: 0 });
    const count = counts.at(-1);
    if (token.kind !== "word" || token.raw.length < 2 || isSymbol(token.raw) || !count) continue;
    count.words++;
    if (token.raw === token.raw.toUpperCase()) count.capitals++;
  }
  const total = counts.reduce((sum, { words, capitals }) => ({
    words: sum.words + words,
    capitals: sum.capitals + capitals,
  }));
  return (at) => {
    const own = counts[sentenceOf[at] ?? 0] ?? total;
    const { words, capitals } = own.words < 3 ? total : own;
    return words >= 2 && capitals / words > 0.5;
  };
}
