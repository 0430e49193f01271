import { readFile, stat } from "node:fs/promises";
import { AppError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/logger.ts";
import { noTracer, type Tracer } from "../../runtime/tracer.ts";
import type { RedditSource } from "../reddit/source.ts";
import { type Archive, parseArchive } from "./rows.ts";
import { commentsAsOf, hotPosts, isAllLater } from "./view.ts";

/** The file last parsed by this process: one run asks eleven times, and the next run asks for the same file. */
let parsed: { key: string; archive: Promise<Archive> } | undefined;

/**
 * Posts and comments of a JSON-lines file or S3 object (`s3://bucket/key`) as of the market time (DESIGN 9).
 * Throws `BadConfiguration` where the archive is missing, unreadable or empty.
 */
export function createArchive(settings: { location: string }, tools: { log: Log; tracer?: Tracer }): RedditSource {
  const load = () => loadArchive(settings.location, tools.log, tools.tracer);
  return {
    async listHotPosts({ limit, marketTime, leftOut, allIsLater }) {
      const archive = await load();
      if (archive.malformed > 0) leftOut?.(archive.malformed);
      if (isAllLater(archive, marketTime)) allIsLater?.();
      return hotPosts(archive, marketTime, limit);
    },
    fetchComments: async ({ postId, limit, marketTime }) => commentsAsOf(await load(), postId, marketTime, limit),
  };
}

/**
 * What the archive holds, and how many posts a run at `marketTime` would find; throws `BadConfiguration` as
 * `createArchive`'s methods would, so that a start can say so early.
 */
export async function checkArchive(
  location: string,
  marketTime: Date,
  log: Log,
): Promise<Pick<Archive, "posts" | "comments" | "undatedComments" | "malformed"> & { hotPosts: number }> {
  // Not kept: whoever starts the functions does not run them.
  const archive = parseLogged(await readText(location), location, log);
  const { posts, comments, undatedComments, malformed } = archive;
  const hot = hotPosts(archive, marketTime, Number.POSITIVE_INFINITY).length;
  return { posts, comments, undatedComments, malformed, hotPosts: hot };
}

const objectName = /^s3:\/\/([^/]+)\/(.+)$/;

async function loadArchive(location: string, log: Log, tracer?: Tracer): Promise<Archive> {
  // An object is taken as it was at the first reading; a file is read again when it was changed.
  const key = objectName.test(location) ? location : `${location} ${await modifiedAt(location)}`;
  if (parsed?.key !== key) {
    const entry = { key, archive: readText(location, tracer).then((text) => parseLogged(text, location, log)) };
    parsed = entry;
    entry.archive.catch(() => {
      if (parsed === entry) parsed = undefined;
    });
  }
  return parsed.archive;
}

function parseLogged(text: string, location: string, log: Log): Archive {
  const archive = parseArchive(text);
  const { posts, comments, undatedComments, malformed } = archive;
  if (posts + comments === 0) {
    throw unusable(location, `holds no post and no comment in JSON lines; unreadable rows: ${malformed}`);
  }
  log.info("archive read", { posts, comments, undatedComments, malformed });
  return archive;
}

async function modifiedAt(path: string): Promise<number> {
  const facts = await stat(path).catch((error: unknown) => {
    throw unusable(path, isMissing(error) ? "does not exist" : "cannot be read", error);
  });
  if (!facts.isFile()) throw unusable(path, "is not a file");
  return facts.mtimeMs;
}

async function readText(location: string, tracer: Tracer = noTracer): Promise<string> {
  const object = objectName.exec(location);
  return object ? readObject(object[1] ?? "", object[2] ?? "", tracer) : readLocal(location);
}

async function readLocal(path: string): Promise<string> {
  await modifiedAt(path);
  return readFile(path, "utf8").catch((error: unknown) => {
    throw unusable(path, "cannot be read", error);
  });
}

/** The SDK is loaded only here, so that functions without an archive stay small. */
async function readObject(bucket: string, key: string, tracer: Tracer): Promise<string> {
  const { GetObjectCommand } = await import("@aws-sdk/client-s3");
  const client = (await import("../aws/s3.ts")).openS3(tracer);
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await answer.Body?.transformToString("utf-8")) ?? "";
  } catch (error) {
    const name = error instanceof Error ? error.name : "Error";
    throw unusable(`s3://${bucket}/${key}`, `cannot be read (${name})`, error);
  } finally {
    client.destroy();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function unusable(location: string, problem: string, cause?: unknown): AppError {
  return new AppError("BadConfiguration", "CONFIGURATION_ERROR", `REDDIT_ARCHIVE: ${location} ${problem}`, { cause });
}
