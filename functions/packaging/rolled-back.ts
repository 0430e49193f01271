import { createRequire } from "node:module";
import type { Serverless } from "./framework.ts";

/** The client of CloudFormation that the framework itself uses. */
const { CloudFormationClient, DeleteStackCommand, DescribeStacksCommand, waitUntilStackDeleteComplete } = createRequire(
  createRequire(import.meta.url).resolve("serverless/package.json"),
)("@aws-sdk/client-cloudformation");

interface Stack {
  StackId: string;
  StackStatus: string;
  Outputs?: { OutputKey: string }[];
}

/**
 * Deletes a stack whose first creation was rolled back: nothing else can be done with it, and the framework would try to
 * update it. On AWS it is empty; LocalStack leaves in it what had been made until then, and says of a stack the same when an
 * update failed. That one has its outputs and may hold data, `RetainExceptOnCreate` or not: LocalStack deletes what should be
 * kept by it. Throws one sentence there.
 */
export async function deleteRolledBackStack(serverless: Serverless): Promise<void> {
  const provider = serverless.getProvider("aws");
  const client = new CloudFormationClient(await provider.getAwsSdkV3Config());
  const StackName = provider.naming.getStackName();
  const stack: Stack | undefined = await client.send(new DescribeStacksCommand({ StackName })).then(
    ({ Stacks }: { Stacks: Stack[] }) => Stacks[0],
    // There is none, or the framework will say what is wrong when it asks next.
    () => undefined,
  );
  if (stack?.StackStatus !== "ROLLBACK_COMPLETE") return;
  if (stack.Outputs?.some((output) => output.OutputKey === "TableName")) {
    throw new Error(
      `LocalStack rolled back an update of the stack ${StackName} and can do no other. It may hold data: delete it yourself, or start LocalStack anew, and deploy again.`,
    );
  }
  console.error(`The stack ${StackName} was rolled back when it was first made: it is deleted and made anew.`);
  // By its id: somebody else may have made the stack anew meanwhile.
  const one = { StackName: stack.StackId };
  await client.send(new DeleteStackCommand(one));
  await waitUntilStackDeleteComplete({ client, maxWaitTime: 600 }, one);
}
