// Yahoo's charts of daily bars. Companies and prices are made up.

interface Columns {
  open: (number | null)[];
  high: (number | null)[];
  low: (number | null)[];
  close: (number | null)[];
}

const meta = {
  ...{ currency: "USD", symbol: "OTTR", exchangeName: "NMS", instrumentType: "EQUITY", gmtoffset: -18_000 },
  ...{ timezone: "EST", exchangeTimezoneName: "America/New_York", regularMarketPrice: 61.2, longName: "Otter Works" },
  ...{ chartPreviousClose: 59.5, priceHint: 2, dataGranularity: "1d", range: "", validRanges: ["1d", "5d"] },
};

/** A chart of one symbol: the seconds of the openings, and a column for each kind of price. */
export function chart(openings: readonly string[], columns: Partial<Columns>, events: object = {}) {
  const timestamp = openings.map((time) => Date.parse(time) / 1000);
  const close = columns.close ?? [];
  const adjusted = close.map((price) => (price === null ? null : price * 0.97));
  const quote = { ...columns, volume: close.map(() => 91_000) };
  const indicators = { quote: [quote], adjclose: [{ adjclose: adjusted }] };
  return { chart: { result: [{ meta, timestamp, events, indicators }], error: null } };
}

/** A window in which nothing was traded: no times, and a quote without columns. */
export function emptyChart() {
  return { chart: { result: [{ meta, indicators: { quote: [{}] } }], error: null } };
}

/** By the second of the day's opening. */
export function splitOn(opening: string, numerator: number, denominator: number) {
  const date = Date.parse(opening) / 1000;
  return { splits: { [date]: { date, numerator, denominator, splitRatio: `${numerator}:${denominator}` } } };
}

export function dividendOn(opening: string, amount: number) {
  const date = Date.parse(opening) / 1000;
  return { dividends: { [date]: { amount, date } } };
}

/** Sent with status 404. */
export const notFound = {
  quoteSummary: { result: null, error: { code: "Not Found", description: "No data found for OTTR" } },
};
