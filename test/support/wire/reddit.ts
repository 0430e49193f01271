import type { ScriptedAnswer } from "../../../localstack/standins/json-server.ts";

// Answers in Reddit's form. Ids, names, texts and numbers are made up.

const json = { "content-type": "application/json; charset=UTF-8" };
const limits = { "x-ratelimit-remaining": "598.0", "x-ratelimit-reset": "104", "x-ratelimit-used": "2" };

/** An answer with a JSON body. */
export function jsonAnswer(body: unknown, status = 200, headers: Record<string, string> = limits): ScriptedAnswer {
  return { status, headers: { ...json, ...headers }, body: JSON.stringify(body) };
}

export const granted = jsonAnswer({
  access_token: "made-up-token",
  token_type: "bearer",
  expires_in: 3600,
  scope: "*",
});

const busyPage =
  "<!doctype html>\n<html>\n<head><title>Too Many Requests</title></head>\n<body>slow down</body>\n</html>";

/** What Reddit says to a token request that it does not grant. */
export const tokenRefusals = {
  unauthorizedClient: jsonAnswer({ error: "unauthorized_client", error_description: "not for this app" }, 200, {}),
  badRequest: jsonAnswer({ error: 400 }, 400, {}),
  throttled: jsonAnswer({ message: "Too Many Requests", error: 429 }, 429, {}),
};

/** What Reddit says to a call that it does not answer. */
export const failures = {
  throttled: {
    status: 429,
    headers: { "content-type": "text/html; charset=UTF-8", "retry-after": "4" },
    body: busyPage,
  },
  invalidToken: jsonAnswer({ error: 401 }, 401, { "www-authenticate": 'Bearer realm="reddit", error="invalid_token"' }),
  forbidden: jsonAnswer({ error: 403 }, 403),
  notFound: jsonAnswer({ reason: "PAGE_NOT_CREATED", message: "Not Found" }, 404),
  broken: { status: 500, headers: json, body: "" },
  badGateway: { status: 502, headers: json, body: "" },
  unavailable: { status: 503, headers: json, body: "" },
  cutShort: {
    status: 200,
    headers: { ...json, ...limits },
    body: '{"kind": "Listing", "data": {"children": [], "after": null',
  },
} satisfies Record<string, ScriptedAnswer>;

export function listing(children: unknown[]) {
  return { kind: "Listing", data: { modhash: "", children, after: null, before: null } };
}

/** A text post in `r/madeup`. */
export function post(id: string, more: object = {}) {
  const permalink = `/r/madeup/comments/${id}/a_post/`;
  const counts = { score: 11, ups: 11, downs: 0, num_comments: 2, gilded: 0 };
  return {
    kind: "t3",
    data: {
      ...{ id, name: `t3_${id}`, title: `Post ${id}`, selftext: "Some text", author: "quiet_otter", is_self: true },
      ...{ subreddit: "madeup", subreddit_id: "t5_madeup", domain: "self.madeup", permalink },
      ...{ url: `https://www.reddit.com${permalink}`, created: 1_600_028_800, created_utc: 1_600_000_000 },
      ...{ stickied: false, over_18: false, edited: false, likes: null, distinguished: null },
      ...counts,
      ...more,
    },
  };
}

/** A comment under `parent`, a full name as `t3_p1` or `t1_c1`. A comment without replies has the empty text. */
export function comment(id: string, parent: string, more: object = {}, replies: unknown[] = []) {
  return {
    kind: "t1",
    data: {
      ...{ id, name: `t1_${id}`, parent_id: parent, link_id: "t3_p1", subreddit: "madeup", subreddit_id: "t5_madeup" },
      ...{ author: "loud_heron", body: `Comment ${id}`, body_html: `&lt;p&gt;Comment ${id}&lt;/p&gt;`, edited: false },
      ...{ score: 3, ups: 3, downs: 0, score_hidden: false, controversiality: 0, gilded: 0, stickied: false },
      ...{ created: 1_600_029_800, created_utc: 1_600_001_000, distinguished: null, likes: null, user_reports: [] },
      replies: replies.length === 0 ? "" : listing(replies),
      ...more,
    },
  };
}

/** Children that were left out; without any it says "continue this thread". */
export function moreStub(parent: string, children: string[], count = children.length) {
  const [first = "_"] = children;
  return { kind: "more", data: { count, parent_id: parent, id: first, name: `t1_${first}`, children } };
}

/** The answer to `/comments/p1`. */
export function thread(children: unknown[]) {
  return [listing([post("p1")]), listing(children)];
}

/** The answer to `/api/morechildren`: flat, parents before their replies. */
export function moreChildren(things: unknown[]) {
  return { json: { errors: [], data: { things } } };
}
