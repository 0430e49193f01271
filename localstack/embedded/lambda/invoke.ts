import { request as httpRequest } from "node:http";

/** What the Lambda API answers in place of a function's result. */
interface FunctionError {
  errorMessage: string;
  trace?: string[];
}

/**
 * Calls functions through the local Lambda API. What a function throws is thrown here with the same name, as Step
 * Functions sees it; without an answer the name is that of Lambda's own transient errors.
 */
export function lambdaInvoker(port: number) {
  return async (functionKey: string, input: unknown): Promise<unknown> => {
    const path = `/2015-03-31/functions/wsb-signals-local-${functionKey}/invocations`;
    const answer = await post(port, path, JSON.stringify(input ?? {}));
    if (answer.status === 404) throw named("Lambda.ResourceNotFoundException", `There is no function ${functionKey}.`);
    if (answer.status !== 200) throw named("Lambda.ServiceException", answer.body.slice(0, 500));
    if (answer.failed) throw functionError(functionKey, JSON.parse(answer.body));
    return answer.body === "" ? null : JSON.parse(answer.body);
  };
}

/** The server reports every error as `Error`; the real name stands at the head of the trace. */
function functionError(functionKey: string, { errorMessage, trace = [] }: FunctionError): Error {
  if (errorMessage === "[504] - Lambda timeout.") return named("Sandbox.Timedout", `${functionKey} took too long.`);
  const name = /^([A-Za-z_][\w.]*)(:|$)/.exec(trace[0] ?? "")?.[1] ?? "Error";
  return Object.assign(named(name, errorMessage), { stack: trace.join("\n") });
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** Without time-outs and kept connections: a phase may take twelve minutes, and its end is the server's to decide. */
function post(port: number, path: string, body: string): Promise<{ status: number; failed: boolean; body: string }> {
  return new Promise((resolve, reject) => {
    const lost = (error: Error) =>
      reject(named("Lambda.SdkClientException", `The function gave no answer: ${error.message}`));
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const request = httpRequest(
      { host: "127.0.0.1", port, path, method: "POST", headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", lost);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 500,
            failed: response.headers["x-amz-function-error"] !== undefined,
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    request.on("error", lost);
    request.end(body);
  });
}
