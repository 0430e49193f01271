import { describe, expect, it } from "vitest";
import { buyFill, sellFill } from "../../../../lib/trading/exits/fills.ts";
import type { Exit } from "../../../../lib/trading/exits/steps.ts";
import { type ExitReason, fillSchema } from "../../../../lib/trading/instruments/terms.ts";
import { openedAt, settings } from "../../../support/trading.ts";

// As delivered: 0.05 % of slippage and no commission on stocks, 1 % and $0.65 a contract on options.
const free = {
  commission_stock_usd: 0,
  commission_option_usd: 0,
  slippage_stock_pct: 0,
  slippage_option_pct: 0,
};

describe("what a purchase would have cost", () => {
  it.each([
    // 142.51 × 1.0005 = 142.581255; 35 of them are $4,990.3455 instead of $4,987.50.
    { type: "stock", price: 142.5, quantity: 35, bid: 142.49, ask: 142.51, net: 142.5813, commission: 0, cost: 285 },
    // 10.0001 × 1.0005 = 10.00510005; 3 of them are $30.0153 instead of $30.0003.
    { type: "stock", price: 10.0001, quantity: 3, bid: null, ask: null, net: 10.0051, commission: 0, cost: 2 },
    // Asked for less than the last trade: 99.8 × 1.0005 = 99.8499; 10 of them are $998.499 instead of $1,000.
    { type: "stock", price: 100, quantity: 10, bid: 99.7, ask: 99.8, net: 99.8499, commission: 0, cost: -150 },
    // 2.1 × 1.01 = 2.121; 10 contracts are $2,121 instead of $2,000, and 10 × $0.65.
    { type: "option", price: 2, quantity: 10, bid: 1.9, ask: 2.1, net: 2.121, commission: 650, cost: 12_750 },
    // Without an ask, 2 × 1.01: $2,020 and $6.50.
    { type: "option", price: 2, quantity: 10, bid: 1.9, ask: null, net: 2.02, commission: 650, cost: 2650 },
    { type: "option", price: 2, quantity: 10, bid: null, ask: 0, net: 2.02, commission: 650, cost: 2650 },
    // 0.0133 × 1.01 = 0.013433; 1,503 contracts are $2,014.02 instead of $1,953.90, and $976.95.
    {
      type: "option",
      price: 0.013,
      quantity: 1503,
      bid: 0,
      ask: 0.0133,
      net: 0.0134,
      commission: 97_695,
      cost: 103_707,
    },
  ] as const)(
    "$quantity × $type at $price with $bid bid and $ask asked: $cost cents more",
    ({ type, price, quantity, bid, ask, net, commission, cost }) => {
      const fill = buyFill(type, price, quantity, { bid, ask }, settings);
      expect(fill).toEqual({ bid, ask, net_price: net, commission_cents: commission, cost_cents: cost });
      expect(fillSchema.parse(fill)).toEqual(fill);
    },
  );
});

/** Eight shares or five contracts. */
function sold(
  type: "stock" | "option",
  exit: Pick<Exit, "reason" | "fill_price" | "observed_price"> & { open?: number },
  bid: number | null,
) {
  const { open, ...cause } = exit;
  const bar = open === undefined ? null : { timestamp: new Date(openedAt), open, high: 130, low: 1, close: 100 };
  return sellFill(type, { ...cause, candle: bar, quantity: type === "stock" ? 8 : 5 }, { bid, ask: 104 }, settings);
}

describe("what a stop would have brought", () => {
  // 85 × 0.9995 = 84.9575; 8 of them are $679.66 instead of $680.
  it.each<{ reason: ExitReason; bid: number | null }>([
    { reason: "stop_loss", bid: 70 },
    { reason: "breakeven_stop", bid: 95 },
    { reason: "trailing_stop", bid: null },
  ])("of a stock sold at 85 by a bar ($reason) is that with slippage, whatever is bid later", ({ reason, bid }) => {
    const fill = sold("stock", { reason, fill_price: 85, observed_price: 80, open: 85 }, bid);
    expect(fill).toEqual({ bid, ask: 104, net_price: 84.9575, commission_cents: 0, cost_cents: 34 });
  });

  it.each<{ reason: ExitReason; seen: number; bid: number | null; net: number; cost: number }>([
    // 0.8 × 0.99 = 0.792; 5 contracts are $396 instead of $425, and 5 × $0.65.
    { reason: "stop_loss", seen: 0.85, bid: 0.8, net: 0.792, cost: 3225 },
    { reason: "trailing_stop", seen: 0.85, bid: 0.8, net: 0.792, cost: 3225 },
    // Nobody said what was bid: 0.9 × 0.99 = 0.891; $445.50 instead of $450, and $3.25.
    { reason: "stop_loss", seen: 0.9, bid: null, net: 0.891, cost: 775 },
    // Nobody bid anything: all of the $10, and the commission.
    { reason: "stop_loss", seen: 0.02, bid: 0, net: 0, cost: 1325 },
  ])("of an option ($reason), seen at $seen with $bid bid: $net", ({ reason, seen, bid, net, cost }) => {
    const fill = sold("option", { reason, fill_price: seen, observed_price: seen }, bid);
    expect(fill).toEqual({ bid, ask: 104, net_price: net, commission_cents: 325, cost_cents: cost });
  });
});

describe("what another sale would have brought", () => {
  it("at the target that a bar touched, a limit order, is the target less the commission", () => {
    const stock = sold("stock", { reason: "take_profit", fill_price: 115, observed_price: 120, open: 114 }, 100);
    expect(stock).toEqual({ bid: 100, ask: 104, net_price: 115, commission_cents: 0, cost_cents: 0 });
  });

  // 3.9 × 0.99 = 3.861; 5 contracts are $1,930.50 instead of $2,100, and 5 × $0.65.
  it("at an option's target, of which only a mark is known, is the bid with slippage", () => {
    const option = sold("option", { reason: "take_profit", fill_price: 4.2, observed_price: 4.2 }, 3.9);
    expect(option).toEqual({ bid: 3.9, ask: 104, net_price: 3.861, commission_cents: 325, cost_cents: 17_275 });
  });

  it.each<{
    type: "stock" | "option";
    reason: ExitReason;
    price: number;
    bid: number | null;
    net: number;
    cost: number;
  }>([
    // 102.98 × 0.9995 = 102.92851; 8 of them are $823.428 instead of $824.
    { type: "stock", reason: "time_stop", price: 103, bid: 102.98, net: 102.9285, cost: 57 },
    { type: "stock", reason: "manual", price: 103, bid: 102.98, net: 102.9285, cost: 57 },
    { type: "stock", reason: "replaced", price: 103, bid: 102.98, net: 102.9285, cost: 57 },
    // More is bid than the last trade was: 103.2 × 0.9995 = 103.1484; $825.1872.
    { type: "stock", reason: "time_stop", price: 103, bid: 103.2, net: 103.1484, cost: -119 },
    // 103 × 0.9995 = 102.9485; $823.588.
    { type: "stock", reason: "time_stop", price: 103, bid: null, net: 102.9485, cost: 41 },
    // 2.4 × 0.99 = 2.376; 5 contracts are $1,188 instead of $1,250, and $3.25.
    { type: "option", reason: "time_stop", price: 2.5, bid: 2.4, net: 2.376, cost: 6525 },
    { type: "option", reason: "expiration", price: 2.5, bid: 2.4, net: 2.376, cost: 6525 },
    { type: "option", reason: "manual", price: 2.5, bid: null, net: 2.475, cost: 1575 },
    // 0.0333 × 0.99 = 0.032967; 5 contracts are $16.50 instead of $20.
    { type: "option", reason: "time_stop", price: 0.04, bid: 0.0333, net: 0.033, cost: 675 },
    { type: "option", reason: "time_stop", price: 0.05, bid: 0, net: 0, cost: 2825 },
  ])("of $type for $reason at $price with $bid bid is at $net", ({ type, reason, price, bid, net, cost }) => {
    const fill = sold(type, { reason, fill_price: price, observed_price: price }, bid);
    const commission_cents = type === "stock" ? 0 : 325;
    expect(fill).toEqual({ bid, ask: 104, net_price: net, commission_cents, cost_cents: cost });
    expect(fillSchema.parse(fill)).toEqual(fill);
  });

  it.each([3, 0])("of what is settled at %d is free of charge", (premium) => {
    const fill = sold("option", { reason: "expiration", fill_price: premium, observed_price: null }, 2);
    expect(fill).toEqual({ bid: 2, ask: 104, net_price: premium, commission_cents: 0, cost_cents: 0 });
  });
});

describe("commissions", () => {
  const costs = { ...free, commission_stock_usd: 4.95, commission_option_usd: 0.65 };
  const offered = { bid: null, ask: null };

  it.each([
    { type: "stock", quantity: 1, cents: 495 },
    { type: "stock", quantity: 1000, cents: 495 },
    { type: "option", quantity: 1, cents: 65 },
    { type: "option", quantity: 181, cents: 11_765 },
  ] as const)("on $quantity × $type are $cents cents, bought or sold", ({ type, quantity, cents }) => {
    const exit = { reason: "manual", fill_price: 2, observed_price: 2, candle: null, quantity } as const;
    for (const fill of [buyFill(type, 2, quantity, offered, costs), sellFill(type, exit, offered, costs)]) {
      expect(fill).toMatchObject({ net_price: 2, commission_cents: cents, cost_cents: cents });
    }
  });

  it("of half a cent are rounded once, for the whole order", () => {
    const fill = buyFill("option", 2, 3, offered, { ...free, commission_option_usd: 0.005 });
    expect(fill.commission_cents).toBe(2);
  });

  it("spread and slippage of nothing cost nothing", () => {
    const exit = { reason: "manual", fill_price: 2, observed_price: 2, candle: null, quantity: 7 } as const;
    expect(buyFill("option", 2, 7, { bid: 2, ask: 2 }, free).cost_cents).toBe(0);
    expect(sellFill("option", exit, { bid: 2, ask: 2 }, free).cost_cents).toBe(0);
  });
});
