import { readEvents, type StoredEvent } from "../store/events.ts";
import type { Store } from "../store/table.ts";
import { frameOf } from "./frames.ts";

const pageSize = 100;

/** Some events after one, and after which to go on. */
export interface EventPage {
  events: (Pick<StoredEvent, "id" | "channel"> & { /** As all are sent it. */ message: string })[];
  next: number;
  /** Some that came between are no longer kept, or the one to go on after is of another history. */
  missed: boolean;
}

/** Reads events up to the newest in pages; who asks for what another asked for before waits for the same answer. */
export function readPages(store: Store, newest: number): (after: number) => Promise<EventPage> {
  const asked = new Map<number, Promise<EventPage>>();
  const read = async (after: number): Promise<EventPage> => {
    const { events, next, missed } = await readEvents(store, after, pageSize);
    // What has come since is for the next pass, which looks anew who is on which channel.
    const due = events.filter(({ id }) => id <= newest);
    const messages = due.map((event) => {
      const { id, channel } = event;
      return { id, channel, message: JSON.stringify(frameOf(event)) };
    });
    return { events: messages, next: Math.min(next, newest), missed };
  };
  return (after) => {
    const page = asked.get(after) ?? read(after);
    asked.set(after, page);
    return page;
  };
}
