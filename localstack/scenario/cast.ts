import { chance } from "./chance.ts";

export type Direction = "bullish" | "bearish";

/** Who is talked about on a trading day, and how. All are listed; an emerging one is in no other part. */
export interface Cast {
  /** Much discussed with one view: a consensus. */
  crowd: string;
  crowdDirection: Direction;
  /** A few reasoned comments that all agree: quality. */
  studied: string;
  studiedDirection: Direction;
  /** Views balance each other: no signal. */
  debated: string;
  /** Hardly named on the days before, on everybody's lips today: emergence. */
  emerging: string;
}

const crowdTickers = ["GME", "NVDA", "TSLA", "PLTR"] as const;
const studiedTickers = ["AMD", "AAPL", "MSFT", "META", "AMZN"] as const;
const emergingTickers = [
  ...(["RKLB", "SOFI", "HIMS", "CELH", "DKNG", "ACHR", "IONQ", "UPST", "CHWY", "AFRM", "JOBY", "LUNR"] as const),
  ...(["COIN", "HOOD", "ROKU", "DUOL", "CAVA", "ENPH", "RIVN", "SMCI", "SHOP", "ABNB", "PYPL", "SNAP"] as const),
] as const;

/** The cast of a numbered trading day. An emerging ticker returns after 24 trading days at the earliest. */
export function castOf(number: number): Cast {
  const luck = chance(`cast ${number}`);
  return {
    crowd: crowdTickers[number % 4] ?? "GME",
    crowdDirection: luck.happens(0.8) ? "bullish" : "bearish",
    studied: studiedTickers[number % 5] ?? "AMD",
    studiedDirection: luck.happens(0.65) ? "bullish" : "bearish",
    // Two places on: neither yesterday's nor tomorrow's crowd, whose threads are still hot or already forming.
    debated: crowdTickers[(number + 2) % 4] ?? "TSLA",
    emerging: emergingTickers[number % emergingTickers.length] ?? "RKLB",
  };
}

const firstParts = [
  "tendie",
  "theta",
  "gamma",
  "diamond",
  "paper",
  "margin",
  "yacht",
  "bagel",
  "crayon",
  "lambo",
] as const;
const secondParts = ["goblin", "wizard", "enjoyer", "hands", "pilot", "monk", "janitor", "baron", "raccoon"] as const;

/** One of 180 people who come back day after day; some write far more than others. */
export function authorFor(luck: { next(): number; pick<T>(options: readonly [T, ...T[]]): T }): string {
  // Curved, so that low numbers, and with them a core of regulars, are drawn more often.
  const number = Math.floor(luck.next() ** 1.4 * 180);
  const first = firstParts[number % firstParts.length] ?? "tendie";
  const second = secondParts[Math.floor(number / firstParts.length) % secondParts.length] ?? "goblin";
  return number < 90 ? `${first}_${second}` : `${first}${second}${number}`;
}
