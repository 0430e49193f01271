/** An estimate for limits; providers count exactly what they bill. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}

/** As in English prose; other texts have fewer. */
export const charactersPerToken = 4;
