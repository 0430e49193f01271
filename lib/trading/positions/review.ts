import type { Holding } from "./bookkeeping.ts";

/** A holding of which a person has to look at the position; no money moves, and its window stays open. */
export function markForReview({ portfolio, position }: Holding, reason: string, today: string): Holding {
  return {
    position: { ...position, needs_review: true, review_reason: reason, review_since: today },
    portfolio: { ...portfolio, review_position_ids: [...portfolio.review_position_ids, position.id] },
  };
}
