import type { FetchedComment } from "../posts/fetched-comments.ts";

/** Words of a financial discussion (spec pipeline 3). Meme words do not count. */
const financialKeywords = [
  "calls",
  "puts",
  "options",
  "strike",
  "expiry",
  "DD",
  "due diligence",
  "earnings",
  "revenue",
  "P/E",
  "market cap",
  "short",
  "long",
  "squeeze",
  "gamma",
  "theta",
  "delta",
  "IV",
  "implied volatility",
];

const keywordPattern = new RegExp(
  `(?<![\\p{L}\\p{N}_])(?:${financialKeywords.map((keyword) => keyword.replaceAll(" ", "\\s+")).join("|")})(?![\\p{L}\\p{N}_])`,
  "giu",
);

/** What the priority of a comment depends on. */
export type PriorityInput = Pick<FetchedComment, "id" | "body" | "score" | "depth" | "directReplyCount"> & {
  /** 0–1 */
  authorTrust: number;
};

export interface PriorityScores {
  financialScore: number;
  engagement: number;
  engagementNormalized: number;
  depthPenalty: number;
  priorityScore: number;
}

/** Weights of financial score, author trust and engagement, in this order (`priority_weights`). */
export type PriorityWeights = readonly [number, number, number];

/** Keyword density times ten, 0–1: whole words in any letter case, a phrase counts once (spec pipeline 3). */
export function financialScore(body: string): number {
  const words = body.match(/\S+/g)?.length ?? 0;
  if (words === 0) return 0;
  const keywords = body.match(keywordPattern)?.length ?? 0;
  return Math.min(1, (keywords / words) * 10);
}

/** `ln(max(score, 0) + 1) × direct replies` (spec pipeline 3). */
export function engagement(score: number, directReplyCount: number): number {
  return Math.log(Math.max(score, 0) + 1) * directReplyCount;
}

/** 0.05 for each level, at most 0.3 (spec pipeline 3). */
export function depthPenalty(depth: number): number {
  return Math.min(0.3, depth * 0.05);
}

/**
 * Scores all comments of a run (spec pipeline 3). It must see the whole run at once, because engagement is normalised
 * between the lowest and the highest of the run; where all are equal it is 0.
 */
export function prioritize<T extends PriorityInput>(
  comments: readonly T[],
  weights: PriorityWeights,
): (T & PriorityScores)[] {
  const engagements = comments.map((comment) => engagement(comment.score, comment.directReplyCount));
  const lowest = engagements.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const highest = engagements.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const [financialWeight, trustWeight, engagementWeight] = weights;
  return comments.map((comment) => {
    const raw = engagement(comment.score, comment.directReplyCount);
    const scores = {
      financialScore: financialScore(comment.body),
      engagement: raw,
      engagementNormalized: highest > lowest ? (raw - lowest) / (highest - lowest) : 0,
      depthPenalty: depthPenalty(comment.depth),
    };
    const priorityScore = Math.max(
      0,
      scores.financialScore * financialWeight +
        comment.authorTrust * trustWeight +
        scores.engagementNormalized * engagementWeight -
        scores.depthPenalty,
    );
    return { ...comment, ...scores, priorityScore };
  });
}

/**
 * The `limit` comments of one post with the highest priority, highest first. Ties: the smaller id first, so that the
 * selection does not depend on the order of the input.
 */
export function selectByPriority<T extends { id: string; priorityScore: number }>(
  commentsOfPost: readonly T[],
  limit: number,
): T[] {
  return commentsOfPost.toSorted((a, b) => b.priorityScore - a.priorityScore || (a.id < b.id ? -1 : 1)).slice(0, limit);
}
