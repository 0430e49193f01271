import { tradingDayBefore } from "../../lib/calendar/trading-days.ts";
import type { RedditPost } from "../../lib/providers/reddit/source.ts";
import { tradingDayOf } from "./calendar.ts";
import { type ScenarioComment, scenarioThreads } from "./threads.ts";

export interface ScenarioContent {
  /** Hottest first. */
  posts: RedditPost[];
  comments: ScenarioComment[];
}

const dayMs = 86_400_000;

/** The subreddit as it is at an instant: threads live for two trading days, and nothing later is there yet. */
export function scenarioContent(marketTime: Date): ScenarioContent {
  const now = marketTime.getTime();
  const today = tradingDayOf(marketTime);
  const yesterday = tradingDayBefore(today);
  const days = [today, yesterday, tradingDayBefore(yesterday)];
  const threads = days
    .flatMap(scenarioThreads)
    .filter(({ post }) => isPast(post, now))
    .map((thread) => {
      const comments = thread.comments.filter((comment) => isPast(comment, now));
      const recent = comments.filter(({ createdAt }) => createdAt !== null && createdAt.getTime() > now - dayMs).length;
      return { post: { ...thread.post, totalComments: comments.length }, comments, recent };
    })
    .sort((a, b) => b.recent - a.recent || (a.post.id < b.post.id ? 1 : -1));
  return { posts: threads.map(({ post }) => post), comments: threads.flatMap(({ comments }) => comments) };
}

function isPast({ createdAt }: { createdAt: Date | null }, now: number): boolean {
  return createdAt !== null && createdAt.getTime() <= now;
}
