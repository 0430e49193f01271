import { type Channel, channels } from "../store/events.ts";

/** What a client may subscribe to: the channels of events, and all of them at once. */
export const feedChannels = [...channels, "*"] as const;
export type FeedChannel = (typeof feedChannels)[number];

/** What a connection is to receive. */
export interface Subscriptions {
  /** A new connection is on everything, until it says what it wants: a default that stayed would swallow its wish. */
  implicit_all: boolean;
  /** What it subscribed to itself. */
  channels: FeedChannel[];
}

export const initialSubscriptions: Subscriptions = { implicit_all: true, channels: [] };

export function subscribe({ channels }: Subscriptions, channel: FeedChannel): Subscriptions {
  return { implicit_all: false, channels: [...new Set([...channels, channel])].toSorted() };
}

/** Harmless for a channel it is not on. Without `*` one that never subscribed to anything receives nothing more. */
export function unsubscribe({ implicit_all, channels }: Subscriptions, channel: FeedChannel): Subscriptions {
  return { implicit_all: implicit_all && channel !== "*", channels: channels.filter((other) => other !== channel) };
}

/** As a client is told of them. */
export function subscribedTo({ implicit_all, channels }: Subscriptions): FeedChannel[] {
  return implicit_all ? ["*"] : channels;
}

export function isOn(subscriptions: Subscriptions, channel: Channel): boolean {
  const on = subscribedTo(subscriptions);
  return on.includes("*") || on.includes(channel);
}
