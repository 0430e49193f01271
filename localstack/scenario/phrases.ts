import type { Direction } from "./cast.ts";
import type { Chance } from "./chance.ts";

type Options = readonly [string, ...string[]];

/** `{T}` is the ticker and `{cash}` the same as a cashtag; the other slots are numbers and words of the trade. */
const slots: Record<string, (luck: Chance) => string> = {
  pct: (luck) => String(luck.whole(12, 64)),
  n: (luck) => String(luck.whole(2, 40)),
  big: (luck) => String(luck.whole(1, 40) * 50),
  strike: (luck) => String(luck.whole(6, 60) * 5),
  expiry: (luck) => luck.pick(["weekly", "monthly", "April", "June", "end of quarter", "January"]),
  when: (luck) => luck.pick(["by Friday", "this week", "at the open", "before lunch", "into the close", "tomorrow"]),
  who: (luck) => luck.pick(["my wife's boyfriend", "my barber", "my landlord", "the guy at the gym", "my cousin"]),
  weekday: (luck) => luck.pick(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]),
  food: (luck) => luck.pick(["tendies", "ramen", "crayons", "a cold burrito", "gas station sushi"]),
};

const claims: Record<Direction, Options> = {
  bullish: [
    "I am long {T}",
    "Bullish on {T}",
    "{T} is undervalued here",
    "I bought {T} calls this morning",
    "{T} is going higher",
    "My whole bull case for {T} is simple",
    "Added more {T} shares, I expect it to rally",
    "{T} calls are the best trade on my list",
  ],
  bearish: [
    "I am short {T}",
    "Bearish on {T}",
    "{T} is overvalued here",
    "I bought {T} puts this morning",
    "{T} is going lower",
    "My whole bear case for {T} is simple",
    "Sold all my {T} shares, I expect it to drop",
    "{T} puts are the best trade on my list",
  ],
};

const evidence: Record<Direction, Options> = {
  bullish: [
    "revenue grew {pct}% year over year and they raised guidance for the next quarter",
    "short interest is {pct}% of the float and borrow fees keep climbing, so a squeeze is likely",
    "free cash flow doubled while the market cap barely moved",
    "implied volatility is low going into earnings, so the upside is cheap to own",
    "insiders bought shares in the open market last month and nobody noticed",
    "the P/E is {n} while its peers trade far higher with slower growth",
    "open interest at the {strike} strike keeps building and dealers must hedge the gamma by buying",
    "margins expanded for the third quarter in a row and debt is almost gone",
    "they signed a {n} year contract and the backlog already covers next year's revenue",
    "two analysts upgraded it and institutions added to their positions in the last filings",
    "user growth is accelerating and the new product line has better margins than the old one",
    "the buyback takes out {n}% of the float this year at this price",
  ],
  bearish: [
    "revenue fell {pct}% year over year and they cut guidance for the next quarter",
    "insiders sold {n} million in shares right after the last earnings call",
    "the P/E is {pct} with shrinking margins and growth that slows every quarter",
    "most of the debt comes due within a year and refinancing at these rates hurts earnings",
    "they filed another offering, and that dilution caps every rally",
    "inventory grows faster than sales, which always ends in write-downs",
    "implied volatility collapses after earnings and the delta will not save the calls",
    "two analysts downgraded it and institutions trimmed their positions in the last filings",
    "competition is eating their market share and they answer with price cuts",
    "free cash flow turned negative while the market cap still prices in perfection",
  ],
};

const links: Options = [" because ", " since ", ": ", ". Reason: ", ". The math: "];

const positions: Record<Direction, Options> = {
  bullish: [
    "",
    " Holding {big} shares.",
    " Position: {n} calls, {strike} strike, {expiry} expiry.",
    " I am in with {n} {expiry} calls.",
    " Price target {strike}.",
  ],
  bearish: [
    "",
    " Position: {n} puts, {strike} strike, {expiry} expiry.",
    " I am in with {n} {expiry} puts.",
    " Price target well below {strike}.",
  ],
};

const hype: Record<Direction, Options> = {
  bullish: [
    "{T} to the moon 🚀🚀",
    "{T} calls are going to print {when}",
    "Buying more {T} {when}, diamond hands only",
    "{cash} ripping {when}, load the calls",
    "Not selling a single {T} share. 💎🙌",
    "{n} more {T} calls because I like the stock",
    "{T} {strike} {when} or I eat {food}",
    "Bears in shambles, {T} is mooning",
    "YOLO'd my rent into {T} calls, tendies {when}",
    "Still holding {big} shares of {T}, see you on the moon",
    "long {T} and going to bed rich",
    "{T} gang checking in, bought the dip again 🚀",
  ],
  bearish: [
    "{T} puts are going to print {when}",
    "{T} is dumping {when}, get out 📉",
    "Loaded {n} more {T} puts",
    "Sold every {T} share I had, this is going to tank",
    "{cash} crashing {when}, bears eat well",
    "{T} bulls about to get drilled {when}",
    "short {T} and sleeping fine",
    "{T} is a falling knife, puts for everyone 📉",
    "Paper handed my {T} calls, it is heading straight down",
    "{n} {T} puts and a dream of red candles",
  ],
};

const questions: Options = [
  "What is everyone's expiry on {T}?",
  "Anyone know when {T} reports earnings?",
  "Is there a DD thread for {T} yet?",
  "How is the volume on {T} compared to last week?",
  "Which strike on {T} has the most open interest?",
  "What is the float on {T} these days?",
  "Watching {T} from the sidelines, no position",
];

const sarcasm: Options = [
  "Oh sure, {T} only goes up, what could possibly go wrong /s",
  "Yeah right, {who} says {T} is free money, totally selling the house /s",
  "Great, another {T} expert with a {n} dollar account. I am sure this ends well /s",
  "Wow, {T} red again, who could have seen that coming /s",
];

/** No ticker in any of them, and many words that look like one: A, IT, ON, ALL, CEO, DD, FOR, YOLO, USA, ATH. */
const chatter: Options = [
  "ALL my money is IN THE HANDS OF A MADMAN and that madman is me",
  "Did my own DD. The DD was looking at a green line ON a phone",
  "I AM THE CEO OF BUYING HIGH",
  "FOR the record, I went to the USA's worst business school",
  "IT guy at work asked why I cry at 9:31",
  "Told {who} about options. Now we are both eating {food}",
  "Sir, this is a drive-through. Do you want {food} with that",
  "YOLO is not a retirement plan but it is A plan",
  "ATH in my blood pressure, ATL in my account",
  "Can {who} be my financial adviser, asking FOR a friend",
  "I have lost {pct}% this month and gained a personality disorder",
  "Mods, please pin this man to a board",
  "Reading this thread with {food} in one hand and regret in the other",
  "First time here. Where is the exit",
  "My therapist now charges me per ticker",
  "Coffee, open the app, close the app, lie down",
  "Can we all agree that {weekday}s should be half days",
  "{who} asked what I do FOR a living and I said I lose {n} dollars a minute",
  "Back to {food} until {weekday}, see you at the open",
  "It is {weekday} and I have already refreshed the app {big} times",
  "If this is the bottom I will name my dog after {who}",
  "Down {pct}%, up one life lesson, net worth measured in {food}",
  "Position or ban, that is the law of this land",
];

const agreement: Options = [
  "This is the way",
  "Finally somebody who can read a balance sheet",
  "Same here, good luck to us",
  "Respect, screenshot it for later",
  "Take my upvote and my rent",
  "Saving this comment for Friday",
];

const openers: Options = ["", "", "", "", "Look, ", "Ngl, ", "Hear me out: ", "Honestly, ", "Unpopular opinion: "];

/** A claim with a substantive argument. */
export function reasoned(luck: Chance, ticker: string, direction: Direction): string {
  const opener = luck.pick(openers);
  const claim = opener === "" ? luck.pick(claims[direction]) : afterOpener(luck.pick(claims[direction]));
  const link = luck.pick(links);
  const fact = luck.pick(evidence[direction]);
  const second = luck.happens(0.35) ? `, and ${luck.pick(evidence[direction])}` : "";
  const argument = link.startsWith(".") ? fact.charAt(0).toUpperCase() + fact.slice(1) : fact;
  return fill(luck, `${opener}${claim}${link}${argument}${second}.${luck.pick(positions[direction])}`, ticker);
}

function afterOpener(claim: string): string {
  return /^(?:I|\{T\}) /.test(claim) ? claim : claim.charAt(0).toLowerCase() + claim.slice(1);
}

/** A direction without an argument. */
export function cheered(luck: Chance, ticker: string, direction: Direction): string {
  const ending = luck.pick(["", "", "", " Not financial advice.", " lol", "!", " let's go"]);
  return fill(luck, luck.pick(hype[direction]) + ending, ticker);
}

export function asked(luck: Chance, ticker: string): string {
  return fill(luck, luck.pick(questions), ticker);
}

/** Praise that means its opposite. */
export function mocked(luck: Chance, ticker: string): string {
  return fill(luck, luck.pick(sarcasm), ticker);
}

/** About nothing that is listed. */
export function chatted(luck: Chance): string {
  return fill(luck, luck.pick(chatter), "");
}

/** A nod to the comment above. */
export function agreed(luck: Chance): string {
  return fill(luck, luck.pick(agreement), "");
}

/** Puts the ticker and freshly drawn words into a pattern's slots. */
function fill(luck: Chance, pattern: string, ticker: string): string {
  return pattern.replace(/\{(\w+)\}/g, (slot, name: string) => {
    if (name === "T") return ticker;
    return name === "cash" ? `$${ticker}` : (slots[name]?.(luck) ?? slot);
  });
}
