import { parseLexicon } from "./lexicon-match.ts";

/** Words that make it likelier (+) or less likely (-) that a message takes no side, in units of log-odds. */
export const neutralityLexicon = parseLexicon(`
  0.8:
    probably
  0.7:
    difference, megathread, model, reddit, yolo update
  0.6:
    alert, calls, help, squeeze, sure, update
  0.5:
    bought, data, delivery, etc, markets, next, or, talking about, today, traders, video
  0.4:
    name, nasdaq, now, posts, profit, puts, sold, tech, thanks for, vs, way to, wonder, wsb
  0.3:
    call, chart, comments, fundamentals, if, interesting, internet, join, just, need to, options, premarket, said,
    same, software, stopped, sub, this sub, which, wtf, yet
  0.2:
    announces, app, based on, best, check, does anyone, hate, love, mention, other, post, premium, put, should, talk,
    trades, watch, what, when
  0.1:
    bear, cramer, mentioned, trade, traded, watch list, yesterday
  -0.1:
    also, deliveries, market, one, tomorrow
  -0.2:
    anyone, companies, company, guess, list, reports, robinhood, sales, service, something, strike, thread, who
  -0.3:
    account, again, broker, customers, great, industry, isn't, quarter, says, too, very
  -0.4:
    apes, better, down, growth, i'm, is going, levels, never, only, option, them, they're, this is, will be, you
  -0.5:
    ape, don't, fucking, future, it's, news, people, reported, retards, these
  -0.6:
    amazing, bull, closed, even, shorts
  -1.0:
    fuck
`);
