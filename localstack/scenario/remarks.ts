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

/** Shares of what is written in a thread of each mood; only a debate and a crowd know reasoned dissent. */
const shares: Record<Topic["mood"], Partial<Record<Kind, number>>> = {
  crowd: { reasoned: 22, dissent: 2, cheered: 52, jeered: 4, asked: 7, mocked: 2, agreed: 5, chatted: 6 },
  studied: { reasoned: 20, asked: 30, agreed: 15, chatted: 35 },
  debated: { reasoned: 24, dissent: 24, cheered: 15, jeered: 15, asked: 8, mocked: 4, agreed: 4, chatted: 6 },
  mixed: { cheered: 24, jeered: 20, asked: 16, mocked: 8, agreed: 4, chatted: 28 },
  jokes: { jeered: 8, mocked: 6, agreed: 14, chatted: 72 },
};

/** What the `index`-th commenter of a thread writes; an answer to somebody may be a mere nod. */
export function remark(luck: Chance, topic: Topic, index: number, isReply: boolean): Remark {
  const ticker = topic.ticker ?? luck.pick(topic.others);
  const kind = draw(luck, topic, index, isReply);
  const other: Direction = topic.direction === "bullish" ? "bearish" : "bullish";
  const about = (sentiment: ScenarioMention["sentiment"]) => [{ ticker, sentiment }];
  switch (kind) {
    case "reasoned":
      return { body: reasoned(luck, ticker, topic.direction), mentions: about(topic.direction) };
    case "dissent":
      return { body: reasoned(luck, ticker, other), mentions: about(other) };
    case "cheered":
      return { body: cheered(luck, ticker, topic.direction), mentions: about(topic.direction) };
    case "jeered":
      return { body: cheered(luck, ticker, other), mentions: about(other) };
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

function draw(luck: Chance, topic: Topic, index: number, isReply: boolean): Kind {
  // The first commenters have read the post: a thread with arguments begins with some.
  if (index < 6 && (topic.mood === "crowd" || topic.mood === "studied")) return "reasoned";
  const kinds = Object.entries(shares[topic.mood]) as [Kind, number][];
  let left = luck.next() * kinds.reduce((sum, [, share]) => sum + share, 0);
  for (const [kind, share] of kinds) {
    left -= share;
    if (left < 0) return kind === "agreed" && !isReply ? "chatted" : kind;
  }
  return "chatted";
}
