import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { archiveNotices, marketArchiveNotices } from "../../../localstack/embedded/archive-notices.ts";
import { folderWith } from "../../support/folders.ts";
import { jsonLines } from "../../support/wire/reddit-archive.ts";

const asOf = "2021-01-27T15:00:00.000Z";

/** What a start says of an archive with a post of 27 January 2021, 14:00 UTC, and these rows beside it. */
async function noticesOf(rows: readonly object[], MARKET_CLOCK = asOf): Promise<string[]> {
  const post = { id: "p1", kind: "t3", created_utc: 1611756000, title: "Daily discussion" };
  const folder = await folderWith({ "archive.jsonl": jsonLines([post, ...rows]) });
  return archiveNotices({ REDDIT_ARCHIVE: join(folder, "archive.jsonl"), MARKET_CLOCK });
}

it("a start has nothing to say of an archive that is as it should be, and of none", async () => {
  expect(await noticesOf([])).toEqual([]);
  expect(await archiveNotices({ MARKET_CLOCK: "wall" })).toEqual([]);
});

it("a start says how many rows cannot be read", async () => {
  const odd = { kind: "t1", link_id: "t3_p1", body: "GME", created_utc: 1611757800000 };
  expect(
    await noticesOf([
      { id: "c1", ...odd },
      { id: "c2", ...odd },
    ]),
  ).toEqual(["Rows of REDDIT_ARCHIVE that cannot be read and are left out: 2."]);
});

it.each(["2021-01-27T13:59:59.000Z", "2021-01-28T14:00:01.000Z"])(
  "a start says that nothing is visible at %s",
  async (clock) => {
    expect(await noticesOf([], clock)).toEqual([
      `Nothing in REDDIT_ARCHIVE was begun or said in the 24 hours before AS_OF (${clock}): a run will find no posts.`,
    ]);
  },
);

it("a start says what is wrong with an archive that no run could read", async () => {
  const folder = await folderWith({ "archive.jsonl": "Dear diary,\n" });
  expect(await archiveNotices({ REDDIT_ARCHIVE: join(folder, "archive.jsonl"), MARKET_CLOCK: asOf })).toEqual([
    expect.stringMatching(/holds no post and no comment in JSON lines; unreadable rows: 1$/),
  ]);
});

describe("a start with prices that end on Wednesday, 27 January 2021", () => {
  const noticesAt = async (MARKET_CLOCK: string) => {
    const rows = "GME,2021-01-26,88,150,80,147,900\nGME,2021-01-27,354,380,249,347,900\n";
    const marketArchive = await folderWith({ "daily.csv": `symbol,date,open,high,low,close,volume\n${rows}` });
    return marketArchiveNotices({ marketArchive, variables: { MARKET_CLOCK } });
  };

  it.each(["2021-01-27T15:00:00.000Z", "2021-01-28T14:29:59.999Z"])("has nothing to say at %s", async (clock) => {
    expect(await noticesAt(clock)).toEqual([]);
  });

  it.each(["2021-01-28T14:30:00.000Z", "2021-02-19T15:00:00.000Z", "2021-02-20T15:00:00.000Z"])(
    "says at %s that they end before",
    async (clock) => {
      expect(await noticesAt(clock)).toEqual([
        `MARKET_ARCHIVE ends on 2021-01-27, before AS_OF (${clock}): nothing has a price, a run will not trade.`,
      ]);
    },
  );
});

it("a start says nothing of prices that nobody brought", async () => {
  expect(await marketArchiveNotices({ marketArchive: undefined, variables: { MARKET_CLOCK: asOf } })).toEqual([]);
});
