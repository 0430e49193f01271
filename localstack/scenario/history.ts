import { tradingDayBefore } from "../../lib/calendar/trading-days.ts";
import { addDays, utcDay } from "../../lib/runtime/dates.ts";
import type { ScenarioMention } from "./remarks.ts";
import { scenarioThreads } from "./threads.ts";

/** That a comment of a day spoke of a ticker. */
export interface MentionFact extends ScenarioMention {
  /** UTC day, YYYY-MM-DD. */
  day: string;
  commentId: string;
  author: string;
}

const daysOfHistory = 8;

/**
 * What was said on the eight calendar days before `firstDay`, which is enough for the first run to tell what is new
 * (spec pipeline 7.4). The threads are the scenario's own, so the numbers agree with what its later days would show.
 */
export function scenarioHistory(firstDay: string): MentionFact[] {
  const facts: MentionFact[] = [];
  const from = addDays(firstDay, -daysOfHistory);
  // A thread of the trading day before the first of the eight is still talked in on that one.
  for (let day = tradingDayBefore(firstDay); day >= tradingDayBefore(from); day = tradingDayBefore(day)) {
    for (const comment of scenarioThreads(day).flatMap((thread) => thread.comments)) {
      const spoken = comment.createdAt === null ? "" : utcDay(comment.createdAt);
      if (comment.hidden || spoken < from || spoken >= firstDay) continue;
      const { id: commentId, author } = comment;
      facts.push(...comment.mentions.map((mention) => ({ ...mention, day: spoken, commentId, author })));
    }
  }
  return facts;
}
