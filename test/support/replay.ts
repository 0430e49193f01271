import { createSymbols } from "../../lib/providers/symbols/universe.ts";
import type { PortfolioView } from "../../lib/trading/positions/portfolio-view.ts";
import type { PositionView } from "../../lib/trading/positions/view.ts";
import { readMarketArchive } from "../../localstack/standins/market/archive.ts";
import { startOpenAiStandIn } from "../../localstack/standins/openai/server.ts";
import { startSchwabStandIn } from "../../localstack/standins/schwab/server.ts";
import { startYahooStandIn } from "../../localstack/standins/yahoo/server.ts";
import { call, startCloud } from "./cloud.ts";
import { marketSettings, openAiSettings, tokenFileFor } from "./providers.ts";

/** The archives behind the stand-ins, and one realm that goes from instant to instant. */
export async function startReplay(archives: { comments: string; prices: string }, firstInstant: string) {
  const market = await readMarketArchive(archives.prices);
  const openai = await startOpenAiStandIn({ universe: await createSymbols({ files: [] }).load() });
  const schwab = await startSchwabStandIn({ market });
  const yahoo = await startYahooStandIn({ market });
  const tokens = tokenFileFor(new Date(firstInstant));
  const cloud = await startCloud({
    settings: {
      ...openAiSettings(openai.url),
      ...marketSettings(schwab.url, yahoo.url, tokens.path),
      REDDIT_ARCHIVE: archives.comments,
    },
  });
  return {
    moveTo(instant: string) {
      cloud.time.now = new Date(instant);
      return cloud.enter("replay", { MARKET_CLOCK: instant });
    },
    async close() {
      await Promise.all([cloud.close(), openai.close(), schwab.close(), yahoo.close()]);
      tokens.remove();
    },
  };
}

/** Of each account, in cents: its cash and what was paid for what it holds, less what its exits have gained. */
export async function beginnings(): Promise<number[]> {
  const portfolios: PortfolioView[] = (await call("api/list-portfolios")).body.data;
  const positions: PositionView[] = (await call("api/list-positions", { query: { limit: "100" } })).body.data;
  return portfolios.map(({ id, cash_available }) => {
    const own = positions.filter(({ portfolio_id }) => portfolio_id === id);
    const paid = own.map(
      ({ entry_price, shares_remaining, contracts_remaining }) =>
        entry_price * (shares_remaining ?? (contracts_remaining ?? 0) * 100),
    );
    const gained = own.flatMap(({ position_exits }) => position_exits.map(({ realized_pnl }) => realized_pnl));
    return inCents([cash_available, ...paid]) - inCents(gained);
  });
}

function inCents(dollars: readonly number[]): number {
  return dollars.reduce((sum, each) => sum + Math.round(each * 100), 0);
}
