/** At most `limit` UTF-16 units of `text`; a pair that the limit would split is left out whole. */
export function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? limit - 1 : limit);
}

/**
 * Text of strangers made harmless for a prompt, still readable (spec reliability 6.2, 7 row 83): no control, zero-width,
 * bidirectional or tag characters, no lone surrogates, at most three combining marks in a row, and nothing that looks
 * like the delimiters of our data block or like a model's own turn markers.
 */
export function neutralise(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/\r\n?|[\u2028\u2029\u0085]/g, "\n")
      .replace(/\p{Cf}|\u034F|[\u115F\u1160\u3164\uFFA0]|[\u{E0100}-\u{E01EF}]|(?![\n\t])\p{Cc}/gu, "")
      .replace(/(\p{M}{3})\p{M}+/gu, "$1")
      // Last, so that removing an invisible character cannot join the halves of a delimiter.
      .replace(/[<＜﹤]{3,}/g, "<<")
      .replace(/[>＞﹥]{3,}/g, ">>")
      .replace(/[<＜﹤]\|/g, "< |")
      .replace(/\|[>＞﹥]/g, "| >")
  );
}
