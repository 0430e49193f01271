import type { Cast, Direction } from "./cast.ts";
import { chance } from "./chance.ts";
import { cheered, reasoned } from "./phrases.ts";

/** What a thread is about and who comes to it. */
export interface Topic {
  title: string;
  selftext: string;
  image: boolean;
  stickied: boolean;
  /** Null where everybody speaks of something else. */
  ticker: string | null;
  /** The view of its author; of a debate, the first one. */
  direction: Direction;
  mood: "crowd" | "emerging" | "studied" | "debated" | "mixed" | "jokes";
  /** What else is named where there is no ticker. */
  others: readonly [string, ...string[]];
  /** Comments until 10:30, and from then until 10:30 of the next trading day. */
  morningComments: number;
  laterComments: number;
}

const months = ["January", "February", "March", "April", "May", "June"] as const;
const laterMonths = ["July", "August", "September", "October", "November", "December"] as const;

/** The seven threads of a trading day, in no order. */
export function topicsOf(cast: Cast, number: number, day: string): Topic[] {
  const luck = chance(`topics ${number}`);
  const { crowd, crowdDirection, studied, studiedDirection, debated, emerging } = cast;
  const side = crowdDirection === "bullish" ? "long" : "short";
  const outlook = studiedDirection === "bullish" ? "cheap" : "expensive";
  const plain = { image: false, stickied: false, others: ["SPY"] as const, morningComments: 58, laterComments: 8 };
  return [
    {
      ...plain,
      title: `Daily Discussion Thread for ${spokenDay(day)}`,
      selftext: "Talk about the day here. Be civil, post positions, no begging.",
      stickied: true,
      ticker: null,
      direction: "bullish",
      mood: "mixed",
      others: ["SPY", debated, "QQQ", crowd],
      morningComments: 72,
      laterComments: 34,
    },
    {
      ...plain,
      title: luck.pick([
        `Why I am ${side} ${crowd} into ${luck.pick(["earnings", "the summer", "next quarter"])}`,
        `${crowd} DD: the numbers nobody reads`,
      ]),
      selftext: [1, 2, 3].map(() => reasoned(luck, crowd, crowdDirection)).join("\n\n"),
      ticker: crowd,
      direction: crowdDirection,
      mood: "crowd",
      morningComments: 62,
      laterComments: 30,
    },
    {
      ...plain,
      title: luck.pick([`${crowd} YOLO update`, `All in ${crowd}, wish me luck`, `${crowd} gang, roll call`]),
      selftext: "",
      image: true,
      ticker: crowd,
      direction: crowdDirection,
      mood: "crowd",
    },
    {
      ...plain,
      title: luck.pick([
        `${emerging} is waking up and nobody is watching`,
        `The case for ${emerging}`,
        `Found my next play: ${emerging}`,
      ]),
      selftext: [1, 2].map(() => reasoned(luck, emerging, "bullish")).join("\n\n"),
      ticker: emerging,
      direction: "bullish",
      mood: "emerging",
      morningComments: 64,
      laterComments: 26,
    },
    {
      ...plain,
      title: luck.pick([
        `I read the ${studied} filing so you do not have to`,
        `${studied} looks ${outlook}, change my mind`,
      ]),
      selftext: reasoned(luck, studied, studiedDirection),
      ticker: studied,
      direction: studiedDirection,
      mood: "studied",
      morningComments: 54,
    },
    {
      ...plain,
      title: luck.pick([`${debated}: bulls and bears, one thread`, `Who is right about ${debated}?`]),
      selftext: `${reasoned(luck, debated, "bullish")}\n\n${reasoned(luck, debated, "bearish")}`,
      ticker: debated,
      direction: "bullish",
      mood: "debated",
      morningComments: 56,
    },
    {
      ...plain,
      title: luck.pick([
        "Opened the app at 9:31, closed it at 9:32",
        "Loss of the week, please clap",
        "How it started, how it ended",
      ]),
      selftext: number % 2 === 0 ? "" : cheered(luck, "SPY", "bearish"),
      image: number % 2 === 0,
      ticker: null,
      direction: "bearish",
      mood: "jokes",
      morningComments: 52,
    },
  ];
}

function spokenDay(day: string): string {
  const [year = "", month = "1", date = "1"] = day.split("-");
  return `${[...months, ...laterMonths][Number(month) - 1]} ${date}, ${year}`;
}
