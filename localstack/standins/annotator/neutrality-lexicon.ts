import { parseLexicon } from "./lexicon-match.ts";

/** Words that make it likelier (+) or less likely (-) that a message takes no side, in units of log-odds. */
export const neutralityLexicon = parseLexicon(`
  0.7:
    difference, help, megathread, model, probably, reddit, yolo update
  0.6:
    alert, squeeze, sure, update
  0.5:
    calls, data, delivery, etc, markets, next, or, talking about, today, traders, video
  0.4:
    bought, name, nasdaq, now, posts, profit, puts, sold, tech, thanks for, vs, way to, wonder, wsb
  0.3:
    chart, check, comments, fundamentals, if, interesting, internet, join, just, need to, premarket, said, same,
    should, software, stopped, this sub, which, wtf, yet
  0.2:
    announces, app, based on, best, call, does anyone, hate, love, mention, other, post, premium, put, sub, talk,
    trade, trades, watch, what, when
  0.1:
    article, bear, mentioned, traded, volatility, watch list, why, yesterday
  -0.1:
    deliveries, list, market, one, sales
  -0.2:
    account, anyone, companies, company, guess, reports, robinhood, service, something, strike, thread, tomorrow
  -0.3:
    broker, customers, down, industry, isn't, quarter, says, too, very, who
  -0.4:
    again, future, great, growth, i'm, is going, levels, never, only, option, them, they're, this is, will be, you
  -0.5:
    ape, apes, better, don't, fucking, it's, news, people, reported, retards, these
  -0.6:
    amazing, bull, closed, even, shorts
  -0.8:
    fuck
`);
