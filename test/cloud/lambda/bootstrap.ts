import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

/**
 * What Lambda's Node runtime does for a function, on one line of JSON per invocation: read from the standard input,
 * answered on a pipe of its own.
 */
interface Invocation {
  "invoke-id": string;
  "invoked-function-arn": string;
  "trace-id": string;
  payload: string;
  timeout: number;
}

const { _HANDLER = "", LAMBDA_TASK_ROOT = "", ANSWERS_FD = "" } = process.env;
const [path = "", name = ""] = _HANDLER.split(/\.(?=\w+$)/);
const answer = (line: string) => writeSync(Number(ANSWERS_FD), `${line}\n`);

const handler = createRequire(import.meta.url)(join(LAMBDA_TASK_ROOT, `${path}.js`))[name];
answer("ready");

const lines = createInterface({ input: process.stdin });
// Also in the middle of an invocation: nobody is left to hear its answer.
lines.once("close", () => process.exit());
for await (const line of lines) answer(JSON.stringify(await invoke(JSON.parse(line))));

async function invoke(invocation: Invocation): Promise<{ isError: boolean; body: string }> {
  const until = Date.now() + invocation.timeout * 1000;
  process.env._X_AMZN_TRACE_ID = invocation["trace-id"];
  const context = {
    awsRequestId: invocation["invoke-id"],
    invokedFunctionArn: invocation["invoked-function-arn"],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => until - Date.now(),
  };
  try {
    const result = await handler(JSON.parse(invocation.payload || "{}"), context);
    return { isError: false, body: JSON.stringify(result) ?? "null" };
  } catch (error) {
    const { name: errorType, message: errorMessage, stack = "" } = error as Error;
    return { isError: true, body: JSON.stringify({ errorType, errorMessage, trace: stack.split("\n") }) };
  }
}
