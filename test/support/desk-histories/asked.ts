import { net } from "./looks.ts";
import { type QuotedMarket, share } from "./market.ts";
import type { Submit } from "./steps.ts";

/** What the client of a history asks for, in the words of `POST /api/v1/orders`. */
export function asked({ type, legs, legCount, quantity, limitPct, minutes, ...of }: Submit, market: QuotedMarket) {
  const names = market.instruments();
  const count = { shares: 1, contract: 1, spread: legCount, parts: 4 }[type];
  const chosen = legs.slice(0, count).map(({ place, side, ratio }) => ({
    ...{ symbol: names[place] ?? share, side, quantity: ratio, limit_price: null },
  }));
  const [first] = chosen;
  const isShares = type === "shares" || (type === "contract" && first?.symbol === share);
  const side = first?.side ?? "buy";
  const traded = isShares ? [{ symbol: share, side, quantity: 1, limit_price: null }] : chosen;
  const worth = Math.abs(net(traded, market, ({ symbol }) => market.of(symbol).mark));
  return {
    symbol: share,
    ...(isShares ? { side } : { legs: chosen }),
    execution_type: isShares
      ? ("equity" as const)
      : type === "parts"
        ? ("two_part_spread" as const)
        : ("manual_legs" as const),
    quantity: isShares ? quantity : Math.ceil(quantity / 10),
    limit_price: limitPct === null || worth < 100 ? null : Math.round((worth * limitPct) / 100) / 10_000,
    ...(minutes !== null && { expiration_minutes: minutes }),
    ...{ priority: of.priority, bot_managed: of.isManaged },
    // Limits at which the market trades: on paper nothing is filled inside of what is quoted.
    two_part_config: { debit_factor: 1, credit_factor: 0 },
  };
}
