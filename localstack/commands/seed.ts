import { readConfig } from "../../lib/runtime/config.ts";
import { claimDataDir } from "../embedded/data-dir.ts";
import { startDynamoDb } from "../embedded/dynamodb/start.ts";
import { createTableIfAbsent } from "../embedded/dynamodb/table.ts";
import { readSettings, readVariables, type Settings } from "../embedded/settings.ts";
import { startStandIns } from "../embedded/standins.ts";
import { StartProblem } from "../embedded/start-problem.ts";
import { startRedditStandIn } from "../standins/reddit/server.ts";
import { runSample, sampleContent } from "./sample.ts";

/**
 * `npm run seed`: six weeks of sample data for the realm of the local stack, which must not be running. Run again, it
 * leaves the table as it is.
 */
try {
  const directory = process.cwd();
  const settings = readSettings(directory, readVariables(directory));
  const { firstDay } = settings;
  if (firstDay === undefined || settings.schwab === "real" || settings.openai === "real") {
    throw new StartProblem(
      "Sample data is synthetic and goes into the scenario only: unset AS_OF and all credentials.",
    );
  }
  await seed(settings, firstDay);
} catch (error) {
  console.error(error instanceof StartProblem ? error.message : error);
  process.exit(1);
}

async function seed(settings: Settings, firstDay: string): Promise<void> {
  const { dataDir, dynamoDbEndpoint } = settings;
  const claim = await claimDataDir(dataDir);
  const database = dynamoDbEndpoint ? undefined : await startDynamoDb({ dataDir });
  claim.share(database?.pids);
  const standIns = await startStandIns(settings);
  const reddit = await startRedditStandIn({ content: sampleContent });
  try {
    const endpoint = dynamoDbEndpoint ?? database?.endpoint ?? "";
    const subreddit = { REDDIT_BASE_URL: reddit.url, REDDIT_AUTH_URL: `${reddit.url}/api/v1/access_token` };
    const variables = { ...settings.variables, ...standIns.variables, ...subreddit, DYNAMODB_ENDPOINT: endpoint };
    await createTableIfAbsent(endpoint, readConfig(variables).environment.TABLE_NAME);
    await runSample(variables, firstDay, ({ day, status }) => console.log(`seed: ${day} ${status}`));
    console.log("seed: the sample is complete; npm start shows it");
  } finally {
    await reddit.close();
    await standIns.close();
    await database?.close();
    claim.release();
  }
}
