import type { ModelUsage } from "./model.ts";

/** Dollars per million tokens. */
export interface TokenPrices {
  inputUsdPerMillion: number;
  outputUsdPerMillion: number;
}

/** The price assumption of spec ai 10. */
export const defaultPrices: TokenPrices = { inputUsdPerMillion: 0.15, outputUsdPerMillion: 0.6 };

/**
 * What a usage costs in whole micro-dollars (millionths of a dollar), a begun one counted whole, so that the sums of a
 * ledger are exact and never below the price (spec ai 10: 500 + 100 tokens are 135, which is $0.000135).
 */
export function microDollars(usage: ModelUsage, prices: TokenPrices = defaultPrices): number {
  const input = usage.promptTokens * microPerMillion(prices.inputUsdPerMillion);
  const output = usage.completionTokens * microPerMillion(prices.outputUsdPerMillion);
  return Math.ceil((input + output) / 1_000_000);
}

function microPerMillion(usdPerMillion: number): number {
  return Math.round(usdPerMillion * 1_000_000);
}
