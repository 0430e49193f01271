import { readConfig } from "../../lib/runtime/config.ts";
import { createServices, type Services } from "../../lib/services.ts";
import { claimDataDir, endpointOfRunning } from "../embedded/data-dir.ts";
import { startDynamoDb } from "../embedded/dynamodb/start.ts";
import { createTableIfAbsent } from "../embedded/dynamodb/table.ts";
import type { Settings } from "../embedded/settings.ts";

/** Does something with the table of the local stack, whether that runs just now or not. Throws `StartProblem`. */
export async function withLocalTable<T>(settings: Settings, work: (services: Services) => Promise<T>): Promise<T> {
  const { dataDir, dynamoDbEndpoint } = settings;
  const servicesAt = (endpoint: string) =>
    createServices(readConfig({ ...settings.variables, DYNAMODB_ENDPOINT: endpoint, LOG_LEVEL: "SILENT" }));
  const known = dynamoDbEndpoint ?? endpointOfRunning(dataDir);
  if (known !== undefined) return work(servicesAt(known));
  const claim = await claimDataDir(dataDir);
  try {
    const database = await startDynamoDb({ dataDir });
    claim.share(database.pids);
    try {
      const services = servicesAt(database.endpoint);
      await createTableIfAbsent(database.endpoint, services.config.environment.TABLE_NAME);
      return await work(services);
    } finally {
      await database.close();
    }
  } finally {
    claim.release();
  }
}
