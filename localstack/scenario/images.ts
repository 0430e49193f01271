import { castOf } from "./cast.ts";
import { chance } from "./chance.ts";

const address = /^https:\/\/i\.redd\.it\/(s([0-9a-z]{3})(\d))\.jpg$/;

/** Where the image of a post of the scenario would be. */
export function imageUrl(postId: string): string {
  return `https://i.redd.it/${postId}.jpg`;
}

/** What is to be seen on an image of the scenario; undefined for any other address. */
export function scenarioImageDescription(url: string): string | undefined {
  const found = address.exec(url);
  if (!found) return undefined;
  const [, postId = "", number = "0", place] = found;
  const cast = castOf(Number.parseInt(number, 36));
  const luck = chance(`image ${postId}`);
  // The last thread of a day is the one of jokes and losses.
  if (place === "6") {
    return `Brokerage screenshot: SPY puts, ${luck.whole(5, 60)} contracts, down ${luck.whole(60, 98)}% today, with a crying face drawn on it.`;
  }
  const held = cast.crowdDirection === "bullish" ? "calls" : "puts";
  return `Brokerage screenshot: ${cast.crowd} ${held}, ${luck.whole(10, 90)} contracts, up ${luck.whole(15, 240)}% since bought; a line chart of one month.`;
}
