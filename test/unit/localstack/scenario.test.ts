import { describe, expect, it } from "vitest";
import { prioritize } from "../../../lib/analysis/selection/priority.ts";
import { tradingDayFrom } from "../../../lib/calendar/trading-days.ts";
import { utcDay } from "../../../lib/runtime/dates.ts";
import { dayNumber, defaultFirstDay, scenarioMarketTime } from "../../../localstack/scenario/calendar.ts";
import { castOf } from "../../../localstack/scenario/cast.ts";
import { type ScenarioContent, scenarioContent } from "../../../localstack/scenario/content.ts";
import { scenarioHistory } from "../../../localstack/scenario/history.ts";
import { scenarioImageDescription } from "../../../localstack/scenario/images.ts";
import { scenarioThreads } from "../../../localstack/scenario/threads.ts";

const twentyDays = Array.from({ length: 20 }, (_, index) => index);
const contentOn = (index: number) => scenarioContent(scenarioMarketTime(defaultFirstDay, index));
const castOn = (index: number) => castOf(dayNumber(tradingDayFrom(defaultFirstDay, index)));

/** What a default run would analyse: the ten hottest posts and of each the fifty comments of highest priority. */
function analysed({ posts, comments }: ScenarioContent) {
  const hot = new Set(posts.slice(0, 10).map(({ id }) => id));
  const seen = comments.filter(({ postId, hidden }) => hot.has(postId) && !hidden);
  const scored = prioritize(
    seen.map((comment) => ({
      ...comment,
      authorTrust: 0.5,
      directReplyCount: seen.filter(({ parentId }) => parentId === comment.id).length,
    })),
    [0.4, 0.3, 0.3],
  );
  return [...hot].flatMap((id) =>
    scored
      .filter(({ postId }) => postId === id)
      .sort((a, b) => b.priorityScore - a.priorityScore)
      .slice(0, 50),
  );
}

function mentionsOf(ticker: string, comments: ReturnType<typeof analysed>) {
  return comments.flatMap(({ author, mentions }) =>
    mentions.filter((mention) => mention.ticker === ticker).map(({ sentiment }) => ({ author, sentiment })),
  );
}

const usersOf = (mentions: { author: string }[]) => new Set(mentions.map(({ author }) => author)).size;

describe("the scenario's time", () => {
  it("is 10:30 in New York, in winter and in summer", () => {
    expect(scenarioMarketTime("2026-03-02", 0).toISOString()).toBe("2026-03-02T15:30:00.000Z");
    expect(scenarioMarketTime("2026-03-02", 4).toISOString()).toBe("2026-03-06T15:30:00.000Z");
    expect(scenarioMarketTime("2026-03-02", 5).toISOString()).toBe("2026-03-09T14:30:00.000Z");
  });

  it("skips weekends and the exchange's holidays", () => {
    expect(scenarioMarketTime("2026-03-07", 0).toISOString()).toBe("2026-03-09T14:30:00.000Z");
    // Good Friday.
    expect(scenarioMarketTime("2026-04-02", 1).toISOString()).toBe("2026-04-06T14:30:00.000Z");
  });
});

describe("the scenario's subreddit", () => {
  it("is the same whenever it is asked for", () => {
    const ids = (content: ScenarioContent) => content.comments.map(({ id, body, author }) => `${id} ${author} ${body}`);
    expect(ids(contentOn(3))).toEqual(ids(contentOn(3)));
    expect(ids(contentOn(3))).not.toEqual(ids(contentOn(4)));
  });

  it("has ten hot posts or more, seven of them begun that morning", () => {
    for (const index of twentyDays) {
      const { posts } = contentOn(index);
      expect(posts.length).toBeGreaterThanOrEqual(10);
      const today = utcDay(scenarioMarketTime(defaultFirstDay, index));
      expect(posts.slice(0, 7).map(({ createdAt }) => createdAt && utcDay(createdAt))).toEqual(Array(7).fill(today));
    }
  });

  it("shows nothing later than the market time, and parents before their replies", () => {
    const marketTime = scenarioMarketTime(defaultFirstDay, 1);
    const { posts, comments } = scenarioContent(marketTime);
    const times = [...posts, ...comments].map(({ createdAt }) => createdAt?.getTime() ?? Number.POSITIVE_INFINITY);
    expect(Math.max(...times)).toBeLessThanOrEqual(marketTime.getTime());
    const byId = new Map(comments.map((comment) => [comment.id, comment]));
    const replies = comments.filter(({ parentId }) => parentId !== null);
    expect(replies.length).toBeGreaterThan(100);
    for (const { parentId, postId, depth, createdAt } of replies) {
      const parent = byId.get(parentId ?? "");
      expect(parent).toMatchObject({ postId, depth: depth - 1 });
      expect(parent?.createdAt?.getTime()).toBeLessThanOrEqual(createdAt?.getTime() ?? 0);
    }
  });

  it("has ids that no two posts or comments share", () => {
    const threads = twentyDays.flatMap((index) => scenarioThreads(tradingDayFrom(defaultFirstDay, index)));
    const ids = threads.flatMap(({ post, comments }) => [post.id, ...comments.map(({ id }) => id)]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[a-z0-9]{5,7}$/.test(id))).toBe(true);
  });

  it("keeps threads hot on the next day, so that known comments come again", () => {
    for (const index of twentyDays.slice(1)) {
      const before = new Set(analysed(contentOn(index - 1)).map(({ id }) => id));
      const again = analysed(contentOn(index)).filter(({ id }) => before.has(id));
      expect(again.length).toBeGreaterThanOrEqual(40);
    }
  });

  it("has deleted comments, jokes with words that look like tickers, stubs and people who come back", () => {
    const { comments } = contentOn(0);
    expect(comments.some(({ author, body }) => author === "[deleted]" && /^\[(deleted|removed)\]$/.test(body))).toBe(
      true,
    );
    expect(comments.some(({ body, mentions }) => /\b(ALL|CEO|DD|FOR|YOLO)\b/.test(body) && mentions.length === 0)).toBe(
      true,
    );
    expect(comments.some(({ hidden }) => hidden)).toBe(true);
    const later = new Set(contentOn(8).comments.map(({ author }) => author));
    expect(comments.filter(({ author }) => later.has(author)).length).toBeGreaterThan(comments.length / 2);
  });

  it("has one or two pictures a day, which can be described", () => {
    for (const index of twentyDays) {
      const threads = scenarioThreads(tradingDayFrom(defaultFirstDay, index));
      const urls = threads.flatMap(({ post }) => (post.url === null ? [] : [post.url]));
      expect([1, 2]).toContain(urls.length);
      expect(urls[0] && scenarioImageDescription(urls[0])).toContain(castOn(index).crowd);
    }
    expect(scenarioImageDescription("https://i.redd.it/other.jpg")).toBeUndefined();
  });
});

describe("what a run finds every day", () => {
  it("a consensus: 30 aligned mentions of the crowd's ticker by 8 people", () => {
    for (const index of twentyDays) {
      const { crowd, crowdDirection } = castOn(index);
      const mentions = mentionsOf(crowd, analysed(contentOn(index))).filter(({ sentiment }) => sentiment !== "neutral");
      expect(mentions.length).toBeGreaterThanOrEqual(45);
      expect(usersOf(mentions)).toBeGreaterThanOrEqual(8);
      const aligned = mentions.filter(({ sentiment }) => sentiment === crowdDirection).length;
      expect(aligned / mentions.length).toBeGreaterThanOrEqual(0.75);
    }
  });

  it("quality: several people who all agree on the studied ticker", () => {
    for (const index of twentyDays) {
      const { studied, studiedDirection } = castOn(index);
      const mentions = mentionsOf(studied, analysed(contentOn(index))).filter(
        ({ sentiment }) => sentiment !== "neutral",
      );
      expect(usersOf(mentions)).toBeGreaterThanOrEqual(5);
      expect(mentions.every(({ sentiment }) => sentiment === studiedDirection)).toBe(true);
    }
  });

  it("an emergence: 13 mentions by 8 people of a ticker that was silent in the scenario for a week", () => {
    for (const index of twentyDays) {
      const { emerging } = castOn(index);
      const mentions = mentionsOf(emerging, analysed(contentOn(index)));
      const bullish = mentions.filter(({ sentiment }) => sentiment === "bullish");
      expect(mentions.length).toBeGreaterThanOrEqual(13);
      expect(usersOf(mentions)).toBeGreaterThanOrEqual(8);
      // Enough for a consensus of its own, so that there is a signal to carry the mark.
      expect(bullish.length).toBeGreaterThanOrEqual(35);
      expect(bullish.length / mentions.filter(({ sentiment }) => sentiment !== "neutral").length).toBeGreaterThan(0.85);
      const history = scenarioHistory(tradingDayFrom(defaultFirstDay, index));
      expect(history.filter(({ ticker }) => ticker === emerging)).toEqual([]);
    }
  });

  it("no signal for the debated ticker: neither aligned nor unanimous", () => {
    for (const index of twentyDays) {
      const mentions = mentionsOf(castOn(index).debated, analysed(contentOn(index)));
      const bullish = mentions.filter(({ sentiment }) => sentiment === "bullish").length;
      const bearish = mentions.filter(({ sentiment }) => sentiment === "bearish").length;
      expect(Math.max(bullish, bearish) / (bullish + bearish)).toBeLessThan(0.7);
    }
  });
});

describe("the history before the first run", () => {
  const history = scenarioHistory("2026-03-02");

  it("covers the eight calendar days before it, from the first to the last", () => {
    expect([...new Set(history.map(({ day }) => day))].sort()).toEqual([
      "2026-02-22",
      "2026-02-23",
      "2026-02-24",
      "2026-02-25",
      "2026-02-26",
      "2026-02-27",
      "2026-02-28",
      "2026-03-01",
    ]);
  });

  it("says what the scenario's own threads say, each mention once", () => {
    expect(new Set(history.map(({ commentId, ticker }) => `${commentId} ${ticker}`)).size).toBe(history.length);
    const friday = scenarioThreads("2026-02-27").flatMap(({ comments }) => comments);
    const first = friday.find(({ mentions, hidden }) => mentions.length > 0 && !hidden);
    expect(history).toContainEqual({
      ticker: first?.mentions[0]?.ticker,
      sentiment: first?.mentions[0]?.sentiment,
      day: "2026-02-27",
      commentId: first?.id,
      author: first?.author,
    });
  });
});
