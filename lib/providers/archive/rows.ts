import * as z from "zod";
import type { RedditComment, RedditPost } from "../reddit/source.ts";
import { authorName, cleanText, redditId, unescapeReddit } from "../reddit/text.ts";
import { instantOf, wholeNumber } from "../reddit/values.ts";

export interface ArchiveComment extends RedditComment {
  /** Names the thread where the archive has no row for it. */
  permalink: string | null;
}

export interface ArchiveThread {
  /** Null where the archive has comments of the thread but no row for it. */
  post: RedditPost | null;
  /** In the order of the file; times inherited from the post are filled in. */
  comments: ArchiveComment[];
}

export interface Archive {
  /** By post id, in the order of first mention. */
  threads: ReadonlyMap<string, ArchiveThread>;
  posts: number;
  comments: number;
  /** Comments with a time neither of their own nor of their post: always visible. */
  undatedComments: number;
  /** Lines that are no post and no comment. */
  malformed: number;
}

/** The thread of comments that do not say where they belong. */
export const orphanThread = "orphans";

/** Tools that guess types turn an id, a name or a text of digits into a number. */
const textOrNumber = z.union([z.string(), z.int().transform(String)]);
const text = textOrNumber.nullish().catch(null);
const fullId = textOrNumber.transform((id) => id.trim().replace(/^t[13]_/, ""));
const knownId = fullId.pipe(z.string().regex(redditId));

type Kind = "t1" | "t3";

const kinds: ReadonlyMap<string, Kind> = new Map([
  ["t1", "t1"],
  ["comment", "t1"],
  ["t3", "t3"],
  ["post", "t3"],
  ["submission", "t3"],
  ["link", "t3"],
]);

const fieldsSchema = z.object({
  id: knownId,
  kind: text,
  parent_id: text,
  link_id: knownId.nullish().catch(null),
  author: text,
  created_utc: z.unknown().optional(),
  score: z.unknown().optional().transform(wholeNumber),
  title: text,
  body: text,
  permalink: text,
  comment_bodies: z.array(z.string()).nullish().catch(null),
});

type Fields = z.infer<typeof fieldsSchema>;
type Row = Omit<Fields, "kind" | "created_utc"> & { kind: Kind; createdAt: Date | null };

/** Reads JSON lines of posts (t3) and comments (t1); only `id`, and a comment's `body`, must be there. */
export function parseArchive(lines: string): Archive {
  const posts = new Map<string, RedditPost>();
  const comments: ArchiveComment[] = [];
  let malformed = 0;
  for (const line of lines.replace(/^\uFEFF/, "").split("\n")) {
    if (line.trim() === "") continue;
    const read = readRow(line);
    if (read?.kind === "t3") {
      keepEarliest(posts, postOf(read));
      comments.push(...(read.comment_bodies ?? []).map((body, index) => bodyOf(read, body, index + 1)));
    } else if (read && typeof read.body === "string") {
      comments.push(commentOf(read, read.body));
    } else {
      malformed++;
    }
  }
  return join(posts, comments, malformed);
}

function join(posts: Map<string, RedditPost>, rows: ArchiveComment[], malformed: number): Archive {
  const comments = new Map<string, ArchiveComment>();
  for (const comment of rows) {
    const createdAt = comment.createdAt ?? posts.get(comment.postId)?.createdAt ?? null;
    keepEarliest(comments, { ...comment, createdAt });
  }
  const threads = new Map<string, ArchiveThread>([...posts].map(([id, post]) => [id, { post, comments: [] }]));
  for (const comment of comments.values()) {
    const thread = threads.get(comment.postId) ?? { post: null, comments: [] };
    threads.set(comment.postId, thread);
    thread.comments.push(comment);
  }
  const undatedComments = [...comments.values()].filter((comment) => comment.createdAt === null).length;
  return { threads, posts: posts.size, comments: comments.size, undatedComments, malformed };
}

/** Of rows with one id the earliest stays, so that no later edit is seen too early; a known time beats none. */
function keepEarliest<T extends { id: string; createdAt: Date | null }>(byId: Map<string, T>, item: T): void {
  const known = byId.get(item.id);
  const time = (one: T) => one.createdAt?.getTime() ?? Number.POSITIVE_INFINITY;
  if (!known || time(item) < time(known)) byId.set(item.id, item);
}

function readRow(line: string): Row | null {
  const fields = fieldsSchema.safeParse(readJson(line) ?? readJson(line.replace(notANumber, ": null"))).data;
  if (fields === undefined) return null;
  const { kind: _, created_utc, ...known } = fields;
  const [kind, createdAt] = [kindOf(fields), instantOf(created_utc)];
  // An unreadable time makes the whole row unreadable: to take it for undated would show it too early.
  return kind === undefined || createdAt === undefined ? null : { ...known, kind, createdAt };
}

/** What a row does not say of itself its fields tell: what has a title, or answers nothing, is a post. */
function kindOf({ kind, title, body, parent_id, link_id }: Fields): Kind | undefined {
  if (kind) return kinds.get(kind.trim().toLowerCase());
  if (!title && !body) return undefined;
  return title || (!parent_id && !link_id) ? "t3" : "t1";
}

/** Python writes these for a value that is missing, though JSON has no word for them. */
const notANumber = /:\s*(?:NaN|-?Infinity)\s*(?=[,}])/g;

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function postOf(read: Row): RedditPost {
  const thread = read.permalink ? threadOf(read.permalink) : null;
  return {
    id: read.id,
    title: cleanText(unescapeReddit(read.title ?? thread?.title ?? `Thread ${read.id}`), "title"),
    selftext: cleanText(unescapeReddit(read.body ?? ""), "selftext"),
    author: authorName(read.author),
    upvotes: read.score,
    totalComments: 0,
    createdAt: read.createdAt,
    permalink: thread?.permalink ?? `/comments/${read.id}/`,
    // A link post's row carries the link where a text post's carries its own page.
    url: thread === null && read.permalink?.startsWith("http") ? cleanText(read.permalink, "url") : null,
    galleryUrls: [],
  };
}

function commentOf(read: Row, body: string): ArchiveComment {
  const parent = read.parent_id ?? "";
  const parentId = redditId.test(parent.replace(/^t[13]_/, "")) ? parent.replace(/^t[13]_/, "") : null;
  const isTopLevel = parent.startsWith("t3_") || (parentId === read.link_id && !parent.startsWith("t1_"));
  return {
    id: read.id,
    postId: read.link_id ?? (isTopLevel ? parentId : null) ?? orphanThread,
    parentId: isTopLevel ? null : parentId,
    author: authorName(read.author),
    body: cleanText(unescapeReddit(body), "body"),
    score: read.score,
    createdAt: read.createdAt,
    depth: 0,
    permalink: read.permalink ?? null,
  };
}

/** A comment that the archive has as a bare text of its post: the post's id and its place make an id. */
function bodyOf(post: Row, body: string, place: number): ArchiveComment {
  const bare = { ...post, kind: "t1" as const, id: `${post.id}_${place}`, link_id: post.id };
  return commentOf({ ...bare, parent_id: `t3_${post.id}`, author: null, score: 0, createdAt: null }, body);
}

/** The thread's own page and the title that its address spells; null where the address is none of Reddit's threads. */
export function threadOf(permalink: string): { permalink: string; title: string | null } | null {
  const path = /^(?:https?:\/\/(?:[a-z]+\.)?reddit\.com)?(\/(?:r\/\w+\/)?comments\/\w+)(?:\/([^/?#]*))?/.exec(
    permalink,
  );
  if (!path) return null;
  const slug = path[2] ?? "";
  const title = slug.replaceAll("_", " ").trim();
  return { permalink: slug === "" ? `${path[1]}/` : `${path[1]}/${slug}/`, title: title === "" ? null : title };
}
