import { describe, expect, it } from "vitest";
import { decideExits } from "../../../../lib/trading/exits/decide.ts";
import { buyFill, sellFill } from "../../../../lib/trading/exits/fills.ts";
import type { MonitoredInstrument } from "../../../../lib/trading/exits/monitored.ts";
import { costCents } from "../../../../lib/trading/instruments/quantities.ts";
import { candles, market, openDate, option, settings, stock } from "../../../support/trading.ts";

const trades = 15_000;
const checksADay = 13;
const stepsABar = 40;
const dayMs = 86_400_000;

/** Numbers in [0, 1) that are the same in every run: a counter, scrambled (the finisher of MurmurHash3). */
function seeded(seed: number): () => number {
  let count = seed;
  return () => {
    count = (count + 0x9e3779b9) >>> 0;
    let bits = Math.imul(count ^ (count >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  };
}

/**
 * The next bar of a walk whose every step up is as likely as one down of the same size. The gap before it has a mean of 0
 * too, but one down is rarer and four times as wide: were gaps even, errors at stops and at targets would hide each other.
 */
function nextBar(price: number, random: () => number, step: number, gap: number) {
  const open = price * (1 + (random() < 0.8 ? gap : -4 * gap));
  let [close, high, low] = [open, open, open];
  for (let index = 0; index < stepsABar; index++) {
    close *= 1 + (random() < 0.5 ? step : -step);
    high = Math.max(high, close);
    low = Math.min(low, close);
  }
  return { open, high, low, close };
}

/** One trade in cents, until the exit rules end it: the gain before costs, the one after them, and the costs as told. */
function play(bought: MonitoredInstrument, random: () => number, step: number, gap: number) {
  const { instrument_type: type, entry_price, remaining_quantity } = bought;
  const offeredAt = (price: number) => ({ bid: price * 0.99, ask: price * 1.01 });
  const purchase = buyFill(type, entry_price, remaining_quantity, offeredAt(entry_price), settings);
  let costs = purchase.cost_cents;
  let net = -costCents(type, purchase.net_price, remaining_quantity) - purchase.commission_cents;
  let gross = -costCents(type, entry_price, remaining_quantity);
  let [instrument, price] = [bought, entry_price];
  for (let check = 0; instrument.remaining_quantity > 0; check++) {
    const day = Math.floor(check / checksADay);
    const bar = nextBar(price, random, step, check % checksADay === 0 ? gap : 0);
    price = bar.close;
    const timestamp = new Date(Date.parse(`${openDate}T15:00:00Z`) + day * dayMs + (check % checksADay) * 1_800_000);
    const today = timestamp.toISOString().slice(0, 10);
    const seen = type === "stock" ? candles([bar.low, bar.high]).map((one) => ({ ...one, ...bar, timestamp })) : [];
    const decision = decideExits(instrument, market({ candles: seen, price, today }), settings);
    for (const exit of decision.exits) {
      gross += costCents(type, exit.fill_price, exit.quantity);
      const sale = sellFill(type, exit, offeredAt(price), settings);
      costs += sale.cost_cents;
      net += costCents(type, sale.net_price, exit.quantity) - sale.commission_cents;
    }
    instrument = decision.instrument;
  }
  return { gross, net, costs };
}

function meanAndError(values: number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

describe("15,000 trades without drift", () => {
  it.each([
    { what: "shares", bought: stock({ remaining_quantity: 10 }), step: 0.0006, gap: 0.02, seed: 1 },
    { what: "options", bought: option({ remaining_quantity: 5 }), step: 0.008, gap: 0.15, seed: 2 },
  ])(
    "of $what bring nothing before costs, and lose the costs",
    ({ what, bought, step, gap, seed }) => {
      const random = seeded(seed);
      const played = Array.from({ length: trades }, () => play(bought, random, step, gap));
      const gross = meanAndError(played.map((trade) => trade.gross));
      const net = meanAndError(played.map((trade) => trade.net));
      const costs = meanAndError(played.map((trade) => trade.costs));
      const shown = [gross.mean, gross.error, net.mean, costs.mean].map((cents) => cents.toFixed(1));
      console.info(`${what}: gross ${shown[0]} ± ${shown[1]} cents, net ${shown[2]}, costs ${shown[3]}`);
      expect(Math.abs(gross.mean)).toBeLessThanOrEqual(2 * gross.error);
      expect(Math.abs(net.mean + costs.mean)).toBeLessThanOrEqual(2 * net.error);
      expect(costs.mean).toBeGreaterThan(0);
    },
    60_000,
  );
});
