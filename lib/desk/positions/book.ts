import type { Configuration } from "../../configuration/keys.ts";
import { round } from "../../runtime/money.ts";
import type { DeskServices } from "../services.ts";
import type { DeskPosition } from "./record.ts";
import { readAccount, readOpenPositions } from "./stored.ts";
import { marketValueCents } from "./value.ts";

/** What the desk holds and has. */
export interface Book {
  positions: DeskPosition[];
  cashCents: number;
  /** Cash and the worth of all that is held. */
  equityCents: number;
}

export async function readBook(
  services: Pick<DeskServices, "store">,
  { desk_starting_equity_usd: starting }: Pick<Configuration, "desk_starting_equity_usd">,
): Promise<Book> {
  const [positions, account] = await Promise.all([readOpenPositions(services), readAccount(services)]);
  const cashCents = round(starting * 100, 0) + account.flows_cents;
  const worth = positions.reduce((sum, position) => sum + marketValueCents(position), 0);
  return { positions, cashCents, equityCents: cashCents + worth };
}
