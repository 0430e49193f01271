import { checkArchive } from "../../lib/providers/archive/archive.ts";
import { isAppError } from "../../lib/runtime/errors.ts";
import { createLog } from "../../lib/runtime/logger.ts";
import { lastDayOfArchive } from "../standins/market/archive.ts";
import { endsBefore } from "../standins/market/history.ts";
import type { Settings } from "./settings.ts";

/** What a person should know of an archive on this disk before the first run: rows left out, and that nothing is to be seen. */
export async function archiveNotices({ REDDIT_ARCHIVE, MARKET_CLOCK }: Record<string, string>): Promise<string[]> {
  if (REDDIT_ARCHIVE === undefined || MARKET_CLOCK === undefined || REDDIT_ARCHIVE.startsWith("s3://")) return [];
  try {
    const { malformed, hotPosts } = await checkArchive(REDDIT_ARCHIVE, new Date(MARKET_CLOCK), createLog("SILENT"));
    return [
      ...(malformed > 0 ? [`Rows of REDDIT_ARCHIVE that cannot be read and are left out: ${malformed}.`] : []),
      ...(hotPosts === 0
        ? [
            `Nothing in REDDIT_ARCHIVE was begun or said in the 24 hours before AS_OF (${MARKET_CLOCK}): a run will find no posts.`,
          ]
        : []),
    ];
  } catch (error) {
    if (!isAppError(error)) throw error;
    return [error.message];
  }
}

/** That the prices on this disk end before the instant they are asked for: a run would buy and sell nothing. */
export async function marketArchiveNotices({
  marketArchive,
  variables: { MARKET_CLOCK },
}: Pick<Settings, "marketArchive" | "variables">): Promise<string[]> {
  if (marketArchive === undefined || MARKET_CLOCK === undefined) return [];
  const lastDay = await lastDayOfArchive(marketArchive);
  if (!endsBefore({ lastDay }, new Date(MARKET_CLOCK))) return [];
  return [
    `MARKET_ARCHIVE ends on ${lastDay}, before AS_OF (${MARKET_CLOCK}): nothing has a price, a run will not trade.`,
  ];
}
