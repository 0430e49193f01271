import type * as z from "zod";
import { looksInCount } from "../trading/evaluation/excess.ts";
import { periodDays } from "../trading/evaluation/periods.ts";
import { fewestObservations } from "../trading/performance/ratios.ts";
import { methodsOfAuthors } from "./author-methods.ts";
import { methodSchema } from "./method.ts";

/** `GET /methods`. */
export const methodsSchema = methodSchema.array();

const performance = (...names: string[]) => names.map((name) => `PerformanceFigures.${name}`);
const calibration = (...names: string[]) => names.map((name) => `Calibration.${name}`);
const bin = (...names: string[]) => names.map((name) => `CalibrationBin.${name}`);
const period = (...names: string[]) => names.map((name) => `EvaluationPeriod.${name}`);
const evidence = (...names: string[]) => names.map((name) => `GraduationEvidence.${name}`);

const tradesOfPortfolio = "Closed positions of the days asked for, or an author's resolved predictions.";
const dailyValues = "The value that the last run of a day kept, or an author's curve of closed results.";

/** Every statistic that is shown, with what it means. */
export const methods: z.infer<typeof methodsSchema> = [
  {
    statistic: "before and after trading costs",
    fields: ["Portfolio.net", "Position.net", "Prediction.net"],
    definition:
      "Gross is at the paper prices of the rules. Net is less what the fills would have cost beyond them: the ask or bid, " +
      "slippage and commission.",
    convention:
      "Verdicts count net: beat_benchmark and graduation, what was won in periods and calibration, is_correct and with it " +
      "accuracy, trust and skill; positions are sized by the net value. Exits are decided by the market's prices. Other " +
      "figures that do not say net are gross. Fills from before costs were kept have none.",
    source: "Bid and ask at the time of each fill, where the broker said; rates are in GET /config.",
    not: "What a broker would have billed: no order was sent, and none has moved a price.",
  },
  {
    statistic: "closed and independent trades",
    fields: [
      ...performance("closed_trades", "independent_trades"),
      ...calibration("independent"),
      ...bin("independent"),
      ...evidence("independent_trades"),
    ],
    definition: "How many trades have ended; of those that share ticker and instant of exit all count once.",
    convention:
      "Of a paper position the New York day of its exit stands for the instant, of a prediction its resolution.",
    source: tradesOfPortfolio,
    not: "A proof of independence: different tickers fall together in a bad week.",
  },
  {
    statistic: "win rate",
    fields: performance("win_rate", "independent_win_rate", "win_rate_low", "win_rate_high"),
    definition: "Trades that gained anything over all; of independent ones a group won if its sum did.",
    convention: "95 % score interval without continuity correction, of the independent share. Zero gain is no win.",
    source: `${tradesOfPortfolio} Wilson 1927.`,
    not: "A chance of gaining money: many small wins and one great loss have a high win rate.",
  },
  {
    statistic: "profit factor",
    fields: performance("profit_factor", "profit_factor_error"),
    definition: "Sum of the gains over the sum of the losses.",
    convention: `Null without a loss and below ${fewestObservations} independent trades. Standard error by the delta method over them.`,
    source: tradesOfPortfolio,
    not: "What the next trade gains; the error is as large as the figure while trades are few.",
  },
  {
    statistic: "expectancy",
    fields: performance("expectancy", "expectancy_error"),
    definition: "Mean profit of a trade in dollars.",
    convention: `Standard error clustered by independent trades, null below ${fewestObservations} of them.`,
    source: tradesOfPortfolio,
    not: "A return: it does not know how much was invested.",
  },
  {
    statistic: "maximum drawdown",
    fields: performance("max_drawdown"),
    definition: "The deepest fall of the daily values from the highest one before, as a fraction of it.",
    convention: "One value a day; falls within a day are not seen.",
    source: dailyValues,
    not: "The worst that can happen: the longer one waits the deeper it gets.",
  },
  {
    statistic: "Sharpe ratio",
    fields: performance("returns", "sharpe", "sharpe_error"),
    definition: "Mean return over the returns' standard deviation, times √252 where every trading day has a value.",
    convention:
      "252 days a year, ddof 1, against a return of 0. Values further apart are put on a year by the trading days they " +
      `span. Null below ${fewestObservations} returns. Standard error for independent returns of any distribution.`,
    source: `${dailyValues} Sharpe 1966, Mertens 2002.`,
    not: "Skill, while it is less than two standard errors from 0; nor a return beyond the risk-free rate.",
  },
  {
    statistic: "Sortino ratio",
    fields: performance("sortino", "sortino_error"),
    definition: "Mean return over the downside deviation, the root of the mean square of the losses.",
    convention: "The mean is over all n returns, gains counting as 0; otherwise as the Sharpe ratio. Delta method.",
    source: `${dailyValues} Sortino and van der Meer 1991.`,
    not: "Comparable with figures that divide by the number of losses.",
  },
  {
    statistic: "alpha and beta",
    fields: performance("benchmark_returns", "alpha", "alpha_error", "beta", "beta_error"),
    definition: "Intercept and slope of the least squares line of own returns on the S&P 500's; alpha times 252.",
    convention:
      "Of a portfolio only from days that kept its value and the index's quote of the same moment; of an author's curve " +
      "with the index's closes. Simple returns, no risk-free rate, ordinary standard errors (n − 2). Null below " +
      `${fewestObservations} pairs.`,
    source: `${dailyValues} The index without dividends.`,
    not: "A promise of excess return: an alpha less than two standard errors from 0 is no evidence of any.",
  },
  {
    statistic: "the index's return",
    fields: [
      ...["PortfolioPerformance.benchmark_return_pct", "PortfolioPerformance.benchmark_total_return_pct"],
      ...["EquityPoint.benchmark", ...period("sp500_total_return_pct")],
    ],
    definition:
      "Change of the S&P 500 between the first and the last value beside the portfolio's; and with dividends.",
    convention: "Percent. Dividends are what its total return index gained beyond it between the closes before both.",
    source: "Quotes kept with the values; daily closes of ^GSPC and ^SP500TR, which an archive may not have.",
    not: "What a fund on the index pays out, which has costs and taxes.",
  },
  {
    statistic: "confidence and its calibration",
    fields: [
      ...calibration("signals", "ended", "brier_score", "brier_skill_score", "brier_skill_score_error"),
      ...calibration("base_rate", "base_rate_known", "base_rate_brier_score"),
      ...bin("signals", "ended", "right", "mean_confidence", "right_share", "right_share_low", "right_share_high"),
      ...bin("base_rate", "mean_return_pct", "gross_right", "gross_mean_return_pct"),
    ],
    definition:
      "Confidence is a score of 0 to 1, a weighted sum of volume, agreement, the model's certainty and trust. Calibration " +
      "shows how often signals of a score turned out right, beside the base rate: how often the same tickers moved the " +
      "same way over as many trading days. Brier skill is 1 less the score's mean square miss over the base rate's.",
    convention:
      "Right is a deciding position closed with a profit after trading costs; before them under gross_…. 95 % score " +
      "intervals (Wilson) of independent signals. The base rate has no costs and is of at least " +
      `${fewestObservations} overlapping windows, from a year before the signals on.`,
    source: "Signals of the days asked for, closed positions, daily closes. Brier 1950, Murphy 1973.",
    not: "A probability: 0.8 does not mean eight in ten.",
  },
  {
    statistic: "period against the index",
    fields: period(
      ...["portfolio_return_pct", "sp500_return_pct", "relative_performance", "beat_benchmark"],
      ...["total_positions_closed", "winning_positions", "losing_positions", "avg_return_pct", "signal_accuracy_pct"],
      ...["value_at_period_start", "net_value_at_period_start", "gross", "missing"],
    ),
    definition: `Change of the portfolio's net value over ${periodDays} days in percent, less the S&P 500's price return.`,
    convention:
      "After trading costs, before them under gross. Both sides from the last values on or before the first and the last day, read at one moment, " +
      "a portfolio's first period from the moment it was created; where the index was not kept with them, its closes of their days. Calendar days. The index without dividends. While its value is " +
      "missing there is no verdict, and graduation does not count the period; a later run fills it in. Periods completed " +
      "before verdicts were after costs are measured anew where their values were kept; else they stay and do not count.",
    source: "Stored values of both sides, closed positions.",
    not: "Evidence of skill: half of all lucky portfolios beat the index in a month.",
  },
  {
    statistic: "graduation",
    fields: evidence(
      ...["periods", "trading_days", "days_with_both_values"],
      ...["mean_daily_excess", "mean_daily_excess_error", "mean_daily_excess_bound"],
    ),
    definition:
      "Three consecutive periods as the contract says, 20 independent closed trades, both sides' values on nine of ten " +
      "trading days, and a lower bound above 0 of the mean daily return beyond the index's.",
    convention:
      "After costs. Standard error by a circular block bootstrap (blocks of ∛n days, 500 samples, a fixed seed). The bound " +
      `lies 2.24 √(${looksInCount} / k) of it below the mean after period k of ${looksInCount}: one-sided 95 % over all ` +
      "looks and both types of signal. Then the count begins anew. Of 2,000 histories without skill, fewer than 3 % " +
      "ever pass; with a true edge of 0.05, 0.1 and 0.2 % a day, at a deviation of 1 %, about 7, 19 and 70 % do.",
    source:
      "Stored values of both sides, closed positions. Künsch 1989, Politis and Romano 1992, O'Brien and Fleming 1979.",
    not: "A proof: one in twenty without skill may pass, and most of small skill will not.",
  },
  ...methodsOfAuthors,
];
