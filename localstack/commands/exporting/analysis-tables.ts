import type * as z from "zod";
import type { RunItem } from "../../../lib/analysis/run-view.ts";
import type { signalItemSchema } from "../../../lib/analysis/signals/view.ts";
import type { authorViewSchema } from "../../../lib/trading/authors/view.ts";
import type { predictionViewSchema } from "../../../lib/trading/predictions/view.ts";
import { flag, money, real, type Table, text, whole } from "./columns.ts";

export const runs: Table<RunItem> = {
  name: "runs",
  meaning: "Analyses of r/wallstreetbets: each reads comments, finds signals, opens and closes paper positions.",
  columns: [
    text("run_id", "Its name.", ({ id }) => id),
    text("status", "running, completed or failed.", ({ status }) => status),
    text("phase", "The last it was in.", ({ current_phase_label }) => current_phase_label),
    text("started_at", "UTC.", ({ started_at }) => started_at),
    text("completed_at", "UTC; null while running.", ({ completed_at }) => completed_at),
    whole("signals_created", "Null until known.", ({ signals_created }) => signals_created),
    whole("positions_opened", "Null until known.", ({ positions_opened }) => positions_opened),
    whole("exits_triggered", "Null until known.", ({ exits_triggered }) => exits_triggered),
    text("error_code", "Why it failed.", ({ error_code }) => error_code),
    text("error_message", "The same in words.", ({ error_message }) => error_message),
  ],
};

export const signals: Table<z.infer<typeof signalItemSchema>> = {
  name: "signals",
  meaning:
    "What the comments of a day said of a ticker: quality (several people with arguments) or consensus (a large aligned crowd). One per ticker, type and day.",
  columns: [
    text("signal_id", "Its name: day, ticker and type.", ({ id }) => id),
    text("ticker", "Of the share or coin.", ({ ticker }) => ticker),
    text("signal_type", "quality or consensus.", ({ signal_type }) => signal_type),
    text("signal_date", "UTC day.", ({ signal_date }) => signal_date),
    text("direction", "bullish or bearish: what was foretold.", ({ prediction }) => prediction),
    real("confidence", "A score of 0 to 1 by rule, no probability.", ({ confidence }) => confidence),
    real("sentiment_score", "−1 to 1, over all mentions of the ticker.", ({ sentiment_score }) => sentiment_score),
    whole("comment_count", "Comments it rests on.", ({ comment_count }) => comment_count),
    whole("distinct_users", "People who wrote them.", ({ distinct_users }) => distinct_users),
    flag("has_reasoning", "They gave reasons.", ({ has_reasoning }) => has_reasoning),
    flag(
      "is_emergence",
      "Nobody spoke of it the week before; null in the first week.",
      ({ is_emergence }) => is_emergence,
    ),
    whole("mentions_7_days_before", "Of the ticker.", ({ prior_7d_mentions }) => prior_7d_mentions),
    text("created_at", "UTC.", ({ created_at }) => created_at),
  ],
};

export const authors: Table<z.infer<typeof authorViewSchema>> = {
  name: "authors",
  meaning:
    "Who wrote comments that were analysed, with what their predictions came to over all tickers; by ticker: count predictions.",
  columns: [
    text("username", "On Reddit.", ({ username }) => username),
    real(
      "trust_score",
      "0 to 1: by the share of comments with reasons, by accuracy, by days known.",
      ({ trust_score }) => trust_score,
    ),
    whole("counted_results", "Results that count: one per contract and day.", ({ counted_results }) => counted_results),
    whole("correct_results", "Those that gained anything, net of costs.", ({ correct_results }) => correct_results),
    real(
      "skill_fraction",
      "How much more often than the base rate they are right, shrunk by how little is known; null while unknown.",
      ({ skill }) => skill,
    ),
    real("skill_low_fraction", "Lower end of its 90 % interval.", ({ skill_low }) => skill_low),
    real("skill_high_fraction", "Upper end of it.", ({ skill_high }) => skill_high),
    text(
      "skill_verdict",
      "skilled or anti-skilled; null: cannot be told from luck.",
      ({ skill_verdict }) => skill_verdict,
    ),
    real("accuracy_fraction", "Moving average of being right.", ({ avg_sentiment_accuracy }) => avg_sentiment_accuracy),
    real("conviction_fraction", "Mean over their comments.", ({ avg_conviction_score }) => avg_conviction_score),
    whole("total_comments", "Analysed.", ({ total_comments }) => total_comments),
    whole("high_quality_comments", "Of these, with reasons.", ({ high_quality_comments }) => high_quality_comments),
    whole("total_upvotes", "Of these comments.", ({ total_upvotes }) => total_upvotes),
    text("first_seen", "UTC.", ({ first_seen }) => first_seen),
    text("last_active", "UTC.", ({ last_active }) => last_active),
  ],
};

export const predictions: Table<z.infer<typeof predictionViewSchema>> = {
  name: "predictions",
  meaning:
    "What each comment foretold of a ticker, followed as if an option had been bought that pays if it comes true. Gross is before trading costs, net after them; whether it was right counts net.",
  references: { author: "authors", analysis_run_id: "runs" },
  columns: [
    text("prediction_id", "Its name: comment and ticker.", ({ id }) => id),
    text("author", "Who wrote the comment.", ({ author }) => author),
    text("ticker", "What it speaks of.", ({ ticker }) => ticker),
    text("direction", "bullish or bearish: what was foretold.", ({ sentiment }) => sentiment),
    text("comment_id", "On Reddit.", ({ comment_id }) => comment_id),
    text("analysis_run_id", "The run that made it.", ({ analysis_run_id }) => analysis_run_id),
    text(
      "status",
      "tracking, resolved, expired (no contract, never counts) or needs_review (never counts).",
      ({ status }) => status,
    ),
    flag(
      "is_correct",
      "Gained anything net, or as a person said; null until resolved.",
      ({ is_correct }) => is_correct,
    ),
    text("person_override", "correct, incorrect or excluded; null: nobody's.", ({ hitl_override }) => hitl_override),
    text("entry_date", "New York day.", ({ entry_date }) => entry_date),
    text("resolved_at", "UTC; null until resolved.", ({ resolved_at }) => resolved_at),
    text("exit_reason", "Of the last exit.", ({ exit_reason }) => exit_reason),
    text("option_type", "call or put.", ({ option_type }) => option_type),
    text(
      "contract_symbol",
      "The option followed; null where there was none.",
      ({ contract_symbol }) => contract_symbol,
    ),
    real("strike_price_dollars", "Of the option.", ({ strike_price }) => strike_price),
    text("expiration_date", "Of the option.", ({ expiration_date }) => expiration_date),
    whole("contracts", "Followed.", ({ contracts }) => contracts),
    whole("contracts_remaining", "Not yet sold.", ({ contracts_remaining }) => contracts_remaining),
    real("entry_premium_dollars", "Dollars per share, gross.", ({ entry_premium }) => entry_premium),
    real("current_premium_dollars", "The last observed.", ({ current_premium }) => current_premium),
    real(
      "gross_return_fraction",
      "Of what was paid, before trading costs; 0.5 is 50 %; null until resolved.",
      ({ simulated_return_pct }) => simulated_return_pct,
    ),
    money("trading_costs", "Of all fills so far.", ({ net }) => net?.trading_costs ?? null),
    real(
      "net_return_fraction",
      "Of what was paid, after trading costs; null until resolved.",
      ({ net }) => net?.simulated_return_pct ?? null,
    ),
    text("created_at", "UTC.", ({ created_at }) => created_at),
  ],
};
