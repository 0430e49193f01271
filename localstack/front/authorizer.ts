import type { APIGatewayAuthorizerResult, APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from "aws-lambda";
import { type GatewayError, gatewayErrors } from "../../lib/http/gateway-errors.ts";
import { headerOf } from "../../lib/http/headers.ts";
import { authorizerEvent } from "./event.ts";

export interface AuthorizerOptions {
  /** The header with the key; a request without one is refused unasked. */
  header: string;
  ttlMs: number;
  check: (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;
}

/** What the function behind it learns of the key. */
export type Authorized = Record<string, unknown>;

/** Wrong keys are kept too, and guesses must not fill the memory. */
const mostKept = 1_000;

/**
 * API Gateway's side of a Lambda authorizer: a policy is kept by its key, and each request held against it. Throws what the
 * function throws.
 */
export function createAuthorizer({ header, ttlMs, check }: AuthorizerOptions) {
  const kept = new Map<string, { policy: Promise<APIGatewayAuthorizerResult>; untilMs: number }>();

  function policyOf(key: string, event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
    const known = kept.get(key);
    if (known && known.untilMs > Date.now()) return known.policy;
    if (kept.size >= mostKept) kept.clear();
    const policy = check(event);
    kept.set(key, { policy, untilMs: Date.now() + ttlMs });
    policy.catch(() => kept.delete(key));
    return policy;
  }

  return async (event: APIGatewayProxyEvent): Promise<Authorized | GatewayError> => {
    const key = headerOf(event, header);
    if (!key) return gatewayErrors.UNAUTHORIZED;
    const question = authorizerEvent(event);
    const { principalId, context, policyDocument } = await policyOf(key, question);
    if (!allows(policyDocument, question.methodArn)) return gatewayErrors.ACCESS_DENIED;
    return { ...context, principalId };
  };
}

/** As IAM has it: allowed by one statement and denied by none. */
function allows({ Statement }: APIGatewayAuthorizerResult["policyDocument"], methodArn: string): boolean {
  const effects = Statement.flatMap((statement) => {
    if (!("Action" in statement && "Resource" in statement)) return [];
    const isMeant =
      [statement.Action].flat().includes("execute-api:Invoke") &&
      [statement.Resource].flat().some((resource) => isLike(String(resource), methodArn));
    return isMeant ? [statement.Effect] : [];
  });
  return effects.includes("Allow") && !effects.includes("Deny");
}

/** `*` stands for any characters. */
function isLike(pattern: string, arn: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[^\w/-]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(arn);
}
