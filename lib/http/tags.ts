/** The groups of operations, in the order in which a reader meets them. */
export const tags = {
  Runs: "An analysis from its start to its end; exactly one runs at a time.",
  Signals: "What the comments of a day say about a ticker, and the comments they rest on.",
  Portfolios: "Four paper accounts of $100,000 each.",
  Positions: "What the portfolios bought on paper, and how it ended.",
  Predictions: "What each comment foretold, and what became of it.",
  Authors: "Who foretold what, and how far that can be trusted.",
  Evaluation: "The portfolios against the S&P 500.",
  Prices: "Daily closes.",
  Exports: "Files for a spreadsheet.",
  Orders: "Requests to trade: accepted into a queue, checked, and filled on paper.",
  "Circuit breaker": "Halts all trading of the desk, by itself or by hand.",
  Templates: "Orders that are made again and again, by a schedule in New York time.",
  Desk: "What orders have made, beside what the analyses opened, and what it gained.",
  Events: "What has changed: to be polled, or told to a webhook.",
  "Live feed": "The same as it happens, over a WebSocket.",
  Configuration: "Thresholds, weights and trading costs; a run keeps those it started with.",
  System: "The state of the whole.",
  "Broker login": "The consent at Schwab, which a person renews every seven days.",
  Health: "For monitors and load balancers.",
  Documentation: "The API about itself.",
} as const;
export type Tag = keyof typeof tags;
