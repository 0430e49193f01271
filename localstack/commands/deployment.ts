import { parseArgs } from "node:util";
import type { Variables } from "../embedded/settings.ts";

/** Where LocalStack listens by itself, and credentials that it takes. An address, because the SDK puts names before names. */
const localStack = {
  AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
};
/** As in serverless.yml. */
const defaultRegion = "us-east-1";

/**
 * The stage that the framework is told to deploy, and an environment in which whatever else speaks to AWS finds the account
 * and the region that the framework chooses by the same arguments. Undefined without a stage that can be deployed.
 */
export function readDeployment(
  args: string[],
  environment: Variables,
): { stage: string; environment: Variables } | undefined {
  const text = { type: "string" } as const;
  const options = { stage: { ...text, short: "s" }, region: { ...text, short: "r" }, "aws-profile": text };
  const { values } = parseArgs({ args, strict: false, options });
  const { stage, region, "aws-profile": profile } = values;
  if (typeof stage !== "string" || stage === "" || stage === "local") return undefined;
  return {
    stage,
    environment: {
      ...(stage === "localstack" && localStack),
      ...environment,
      AWS_REGION: typeof region === "string" ? region : environment.AWS_REGION || defaultRegion,
      ...(typeof profile === "string" && { AWS_PROFILE: profile }),
    },
  };
}
