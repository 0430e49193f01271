import { afterAll, beforeAll } from "vitest";
import type { Services } from "../../lib/services.ts";
import type { StandInContent } from "../../localstack/standins/reddit/wire.ts";
import type { CloudOptions } from "./cloud.ts";
import { startCloudWithProviders } from "./providers.ts";

/** The local cloud with its stand-ins for the tests of one file, and a realm of its own for each of them. */
export function useStage(name: string, options: CloudOptions = {}) {
  let stage: Awaited<ReturnType<typeof startCloudWithProviders>>;
  let realms = 0;
  beforeAll(async () => {
    stage = await startCloudWithProviders(options);
  });
  afterAll(() => stage.close());
  return {
    get stage() {
      return stage;
    },
    enter: (content?: StandInContent, settings?: Record<string, string>): Services =>
      stage.begin(`${name}-${realms++}`, content, settings),
    /** The same realm at another market time. */
    moveTo: ({ config }: Services, MARKET_CLOCK: string): Services =>
      stage.cloud.enter(config.environment.REALM, { MARKET_CLOCK }),
  };
}
