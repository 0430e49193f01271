import { tradingDayFrom } from "../../lib/calendar/trading-days.ts";
import type { RedditComment, RedditPost } from "../../lib/providers/reddit/source.ts";
import { addDays } from "../../lib/runtime/dates.ts";
import { dayNumber, openTime } from "./calendar.ts";
import { authorFor, castOf } from "./cast.ts";
import { type Chance, chance } from "./chance.ts";
import { imageUrl } from "./images.ts";
import { remark, type ScenarioMention } from "./remarks.ts";
import { type Topic, topicsOf } from "./topics.ts";

export interface ScenarioComment extends RedditComment {
  /** Reddit leaves it out of the tree and shows a "more comments" stub instead. */
  hidden: boolean;
  /** What it was written to say. */
  mentions: ScenarioMention[];
}

export interface ScenarioThread {
  post: RedditPost;
  /** From the oldest to the newest: from the post's own hour until 10:30 of the next trading day. */
  comments: ScenarioComment[];
}

const known = new Map<string, ScenarioThread[]>();

/** The threads that begin on a trading day, with everything ever said in them; the same for the same day. */
export function scenarioThreads(day: string): ScenarioThread[] {
  const made = known.get(day) ?? makeThreads(day);
  known.set(day, made);
  return made;
}

function makeThreads(day: string): ScenarioThread[] {
  const number = dayNumber(day);
  const opened = openTime(day).getTime();
  const next = openTime(tradingDayFrom(addDays(day, 1), 0)).getTime();
  return topicsOf(castOf(number), number, day).map((topic, place) => {
    const luck = chance(`thread ${number} ${place}`);
    const id = `s${number.toString(36).padStart(3, "0")}${place}`;
    // At 10:30 a thread is four to nine hours old, and was begun on the same day in London as in New York.
    const createdAt = opened - luck.whole(4 * 60, 9 * 60) * 60_000;
    const times = [
      ...instants(luck, createdAt, opened, topic.morningComments),
      ...instants(luck, opened, next, topic.laterComments),
    ];
    const comments = makeComments(luck, id, topic, times);
    return { post: postOf(luck, id, topic, new Date(createdAt), comments.length), comments };
  });
}

function postOf(luck: Chance, id: string, topic: Topic, createdAt: Date, totalComments: number): RedditPost {
  const slug = topic.title.toLowerCase().replace(/[^a-z0-9]+/g, "_");
  return {
    id,
    title: topic.title,
    selftext: topic.selftext,
    author: topic.stickied ? "AutoModerator" : authorFor(luck),
    upvotes: luck.whole(180, 6_400),
    totalComments,
    createdAt,
    permalink: `/r/wallstreetbets/comments/${id}/${slug}/`,
    url: topic.image ? imageUrl(id) : null,
    galleryUrls: [],
  };
}

/** Whole seconds within (from, to), ascending. */
function instants(luck: Chance, from: number, to: number, count: number): Date[] {
  const seconds = Array.from({ length: count }, () =>
    Math.floor((from + 60_000 + luck.next() * (to - from - 120_000)) / 1000),
  );
  return seconds.sort((a, b) => a - b).map((second) => new Date(second * 1000));
}

function makeComments(luck: Chance, postId: string, topic: Topic, times: Date[]): ScenarioComment[] {
  const comments: ScenarioComment[] = [];
  const answered = new Set<string>();
  for (const [index, createdAt] of times.entries()) {
    const parent = luck.happens(0.35) ? replyTarget(luck, comments) : undefined;
    const { body, mentions } = remark(luck, topic, index, parent !== undefined);
    const remains = luck.happens(0.03) ? removed(luck) : { author: authorFor(luck), body, mentions };
    if (parent) answered.add(parent.id);
    comments.push({
      id: `k${postId.slice(1)}${index.toString(36).padStart(2, "0")}`,
      postId,
      parentId: parent?.id ?? null,
      ...remains,
      // Early and top-level comments collect the votes; a few are voted down.
      score: Math.floor(luck.next() ** 3 * (parent ? 60 : 420)) + luck.whole(-3, 4),
      createdAt,
      depth: parent ? parent.depth + 1 : 0,
      hidden: false,
    });
  }
  hideSome(comments, answered);
  return comments;
}

/** What is left of a comment that its author or a moderator took away. */
function removed(luck: Chance) {
  return { author: "[deleted]", body: luck.pick(["[deleted]", "[removed]"]), mentions: [] };
}

function replyTarget(luck: Chance, comments: ScenarioComment[]): ScenarioComment | undefined {
  const target = comments[Math.floor(luck.next() * comments.length)];
  return target && target.depth < 5 ? target : undefined;
}

/** Three unanswered comments without votes stand behind stubs. */
function hideSome(comments: ScenarioComment[], answered: ReadonlySet<string>): void {
  const candidates = comments.filter(({ id, score }) => score < 2 && !answered.has(id));
  for (const comment of candidates.slice(0, 3)) comment.hidden = true;
}
