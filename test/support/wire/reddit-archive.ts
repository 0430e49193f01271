// The lines of archives of Reddit, as they have been kept by others: each has its own holes. Names, texts, times and
// scores are made up.

interface Row {
  id: string;
  kind: "t1" | "t3";
  created_utc: number | null;
  [field: string]: unknown;
}

/** 27 January 2021, 13:00 in New York. */
const noon = Date.parse("2021-01-27T18:00:00Z") / 1000;

/** All fields stand in every row; what the archive does not know is null. */
function row(kind: Row["kind"], id: string, known: object): Row {
  const none = { parent_id: null, link_id: null, author: null, score: null, num_comments: null, title: null };
  return { id, kind, created_utc: null, body: null, permalink: null, ...none, ...known };
}

const permalink = (post: string, rest = "") => `/r/wallstreetbets/comments/${post}/otters_of_the_day/${rest}`;

/** Comments alone, with author, score and time; their posts are known by name only. */
function commentStream(): Row[] {
  return Array.from({ length: 12 }, (_, n) => {
    const post = n % 4 === 3 ? "quiet1" : "loud1";
    return row("t1", `s${n}`, {
      ...{ link_id: `t3_${post}`, author: `otter_${n % 7}`, created_utc: noon - 1_800 + n * 300, score: n - 2 },
      ...{ body: `GME to the moon, comment ${n} 🚀`, permalink: permalink(post, `s${n}/`) },
    });
  });
}

/** Posts and threads without author, score and time; with orphans, deleted bodies and parents that are missing. */
function undatedThreads(): Row[] {
  const post = row("t3", "deep1", { link_id: "t3_deep1", num_comments: 9, title: "GME: what now?", body: "Who knows" });
  const chain = Array.from({ length: 5 }, (_, level) =>
    row("t1", `d${level}`, {
      ...{ link_id: "t3_deep1", parent_id: level === 0 ? "t3_deep1" : `t1_d${level - 1}` },
      ...{ body: level === 2 ? "[deleted]" : `I hold GME, level ${level}` },
    }),
  );
  return [
    post,
    ...chain,
    row("t1", "removed1", { link_id: "t3_deep1", parent_id: "t3_deep1", body: "[removed]" }),
    row("t1", "orphan1", { parent_id: "t1_gone", body: "GME puts" }),
    row("t1", "orphan2", { body: "and nobody listens" }),
  ];
}

/** Posts with a picture or a film for a link; comments with times and no authors. */
function timestampedComments(): Row[] {
  return [
    row("t3", "top1", {
      link_id: "t3_top1",
      created_utc: noon - 7_200,
      score: 4_021,
      title: "The square",
      body: "",
      permalink: "https://i.redd.it/otter.png",
    }),
    row("t3", "top2", {
      link_id: "t3_top2",
      created_utc: noon + 7_200,
      score: 3_116,
      title: "Later",
      body: "",
      permalink: "https://v.redd.it/otter",
    }),
    ...Array.from({ length: 6 }, (_, n) =>
      row("t1", `k${n}`, {
        link_id: n < 4 ? "t3_top1" : "t3_top2",
        created_utc: noon - 900 + n * 600,
        body: `Seen ${n}`,
      }),
    ),
  ];
}

/** Posts with the bodies of their comments and nothing else of them. */
function commentBodies(): Row[] {
  return [
    row("t3", "daily1", {
      ...{ link_id: "t3_daily1", body: "[View Post]", permalink: permalink("daily1") },
      created_utc: noon - 3_600,
      score: 91,
      num_comments: 9_013,
      title: "Daily thread",
      comment_bodies: ["one", "two"],
    }),
    row("t3", "daily2", {
      ...{ link_id: "t3_daily2", body: "[View Post]", permalink: permalink("daily2") },
      created_utc: noon + 3_600,
      score: 12,
      num_comments: 40,
      title: "Tomorrow",
      comment_bodies: ["three"],
    }),
  ];
}

/** Posts alone, numbered by their rows, with authors and an escaped text. */
function postsAlone(): Row[] {
  return [-5_400, 0, 5_400].map((offset, n) =>
    row("t3", `row${n}`, {
      author: `heron_${n}`,
      created_utc: noon + offset,
      num_comments: 20,
      title: `Post ${n}`,
      body: "P&amp;L",
    }),
  );
}

/** By what they hold. */
export const redditArchives = {
  commentStream: commentStream(),
  undatedThreads: undatedThreads(),
  timestampedComments: timestampedComments(),
  commentBodies: commentBodies(),
  postsAlone: postsAlone(),
};

export function jsonLines(rows: readonly object[]): string {
  return rows.map((row) => JSON.stringify(row)).join("\n");
}
