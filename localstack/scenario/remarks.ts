import type { Direction } from "./cast.ts";
import type { Chance } from "./chance.ts";
import { agreed, asked, chatted, cheered, mocked, reasoned } from "./phrases.ts";
import type { Topic } from "./topics.ts";

/** What a comment was written to say of a ticker. */
export interface ScenarioMention {
  ticker: string;
  sentiment: "bullish" | "bearish" | "neutral";
}

interface Remark {
  body: string;
  mentions: ScenarioMention[];
}

type Kind = "reasoned" | "dissent" | "cheered" | "jeered" | "asked" | "mocked" | "agreed" | "chatted";

/** Shares of what is written in a thread of each mood. A debate has no dissent: its two sides take turns. */
const shares: Record<Topic["mood"], Partial<Record<Kind, number>>> = {
  crowd: { reasoned: 22, dissent: 2, cheered: 52, jeered: 4, asked: 7, mocked: 2, agreed: 5, chatted: 6 },
  emerging: { reasoned: 26, cheered: 54, asked: 8, mocked: 1, agreed: 5, chatted: 6 },
  studied: { reasoned: 20, asked: 30, agreed: 15, chatted: 35 },
  debated: { reasoned: 48, cheered: 30, asked: 8, mocked: 2, agreed: 4, chatted: 8 },
  mixed: { cheered: 24, jeered: 20, asked: 16, mocked: 8, agreed: 4, chatted: 28 },
  jokes: { jeered: 8, mocked: 6, agreed: 14, chatted: 72 },
};

/** What the `index`-th commenter of a thread writes; an answer to somebody may be a mere nod. */
export function remark(luck: Chance, topic: Topic, index: number, isReply: boolean): Remark {
  const ticker = topic.ticker ?? luck.pick(topic.others);
  const kind = draw(luck, topic, index, isReply);
  const side = topic.mood === "debated" && index % 2 === 1 ? opposite(topic.direction) : topic.direction;
  const about = (sentiment: ScenarioMention["sentiment"]) => [{ ticker, sentiment }];
  switch (kind) {
    case "reasoned":
      return { body: reasoned(luck, ticker, side), mentions: about(side) };
    case "dissent":
      return { body: reasoned(luck, ticker, opposite(side)), mentions: about(opposite(side)) };
    case "cheered":
      return { body: cheered(luck, ticker, side), mentions: about(side) };
    case "jeered":
      return { body: cheered(luck, ticker, opposite(side)), mentions: about(opposite(side)) };
    case "mocked":
      return { body: mocked(luck, ticker), mentions: about("bearish") };
    case "asked":
      return { body: asked(luck, ticker), mentions: about("neutral") };
    case "agreed":
      return { body: agreed(luck), mentions: [] };
    case "chatted":
      return { body: chatted(luck), mentions: [] };
  }
}

function opposite(direction: Direction): Direction {
  return direction === "bullish" ? "bearish" : "bullish";
}

function draw(luck: Chance, topic: Topic, index: number, isReply: boolean): Kind {
  // The first commenters have read the post: a thread with arguments begins with some.
  if (index < 6 && topic.ticker !== null && topic.mood !== "debated") return "reasoned";
  const kinds = Object.entries(shares[topic.mood]) as [Kind, number][];
  let left = luck.next() * kinds.reduce((sum, [, share]) => sum + share, 0);
  for (const [kind, share] of kinds) {
    left -= share;
    if (left < 0) return kind === "agreed" && !isReply ? "chatted" : kind;
  }
  return "chatted";
}
