/** A text in which quotes are looked for, and where each code unit of its normalised form begins and ends in it. */
export interface Searchable {
  normalised: string;
  starts: ArrayLike<number>;
  ends: ArrayLike<number>;
}

/** What NFC may join: a letter with its marks, and the parts of a Korean syllable. */
const cluster = /[\u1100-\u1112][\u1161-\u1175][\u11A8-\u11C2]?|\P{M}\p{M}*|\p{M}+/gu;

/** Composes characters (NFC) and makes each run of white space one space. Nothing else: not a hyphen, not a quotation mark. */
export function searchable(text: string): Searchable {
  if (text === text.normalize("NFC")) return spaced(text);
  const [starts, ends, pieces]: [number[], number[], string[]] = [[], [], []];
  for (const { 0: piece, index } of text.matchAll(cluster)) {
    const composed = piece.normalize("NFC");
    pieces.push(composed);
    for (let unit = 0; unit < composed.length; unit++) {
      starts.push(index);
      ends.push(index + piece.length);
    }
  }
  const inner = spaced(pieces.join(""));
  const { normalised } = inner;
  return {
    normalised,
    starts: Array.from({ length: normalised.length }, (_, at) => starts[inner.starts[at] ?? 0] ?? 0),
    ends: Array.from({ length: normalised.length }, (_, at) => ends[(inner.ends[at] ?? 0) - 1] ?? 0),
  };
}

/** Of composed text, with a quick hand: it may be long. */
function spaced(text: string): Searchable {
  const normalised = text.replace(/\s+/g, " ");
  const [starts, ends] = [new Int32Array(normalised.length), new Int32Array(normalised.length)];
  let [to, from] = [0, 0];
  const copy = (until: number) => {
    while (from < until) {
      starts[to] = from++;
      ends[to++] = from;
    }
  };
  for (const { 0: space, index } of text.matchAll(/\s+/g)) {
    copy(index);
    starts[to] = index;
    from = index + space.length;
    ends[to++] = from;
  }
  copy(text.length);
  return { normalised, starts, ends };
}

/**
 * Where a quote stands in a text, as a span of it; undefined where it does not, or only as a part of words or numbers: "250
 * buses" is not what a text about 1,250 buses says, nor is "a loss of 3" where it was 3 million.
 */
export function findVerbatim({ normalised, starts, ends }: Searchable, quote: string): [number, number] | undefined {
  const wanted = searchable(quote).normalised.trim();
  if (wanted === "") return undefined;
  for (let at = normalised.indexOf(wanted); at >= 0; at = normalised.indexOf(wanted, at + 1)) {
    const last = at + wanted.length;
    const before = normalised.slice(Math.max(0, at - 16), at);
    const after = normalised.slice(last, last + 16);
    if (cutsBefore(before, wanted) || cutsAfter(wanted, after)) continue;
    return [starts[at] ?? 0, ends[last - 1] ?? 0];
  }
  return undefined;
}

/** Of scripts that put spaces between words; in others any place may be the end of one. */
const letter = String.raw`[[\p{L}\p{N}\p{M}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]]`;
const [startsWord, endsWord] = [new RegExp(`^${letter}`, "v"), new RegExp(`${letter}$`, "v")];
const unit =
  /^\s?(?:\\?%|per\s?cent|thousand|million|billion|trillion|(?:mio|mln|mn|bn|k)(?!\p{L})|M(?:€|EUR|USD|\s?€))/iu;

function cutsBefore(before: string, quote: string): boolean {
  if (startsWord.test(quote) && endsWord.test(before)) return true;
  if (/^[.,'’]\p{Nd}/u.test(quote)) return /\p{Nd}$/u.test(before);
  if (!/^\p{Nd}/u.test(quote)) return false;
  const isTail = /\p{Nd}(?:[.,'’/:]|\s?[-–—]\s?)$/u.test(before);
  const isGroup = /^\p{Nd}{3}(?!\p{Nd})/u.test(quote) && /(?<!\p{Nd})\p{Nd}{1,3}(?: \p{Nd}{3})* $/u.test(before);
  const hasSign = /(?:^|[\s(|:€$£[])[-−–]$/.test(before);
  return isTail || isGroup || hasSign;
}

function cutsAfter(quote: string, after: string): boolean {
  if (endsWord.test(quote) && startsWord.test(after)) return true;
  if (/\p{Nd}[.,'’]$/u.test(quote)) return /^\p{Nd}/u.test(after);
  if (!/\p{Nd}$/u.test(quote)) return false;
  const hasTail = /^(?:[.,'’/:]|\s?[-–—]\s?)\p{Nd}/u.test(after);
  const hasGroup = /(?<!\p{Nd})\p{Nd}{1,3}$/u.test(quote) && /^ \p{Nd}{3}(?!\p{Nd})/u.test(after);
  return hasTail || hasGroup || unit.test(after);
}
