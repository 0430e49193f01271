/**
 * The JSON of a reply, which models put between words or fences where its form could not be asked for. Throws `SyntaxError`
 * where there is none.
 */
export function jsonIn(reply: string): unknown {
  const fenced = /```(?:json)?\s*(\{.*?\})\s*```/is.exec(reply)?.[1];
  const braced = reply.slice(reply.indexOf("{"), reply.lastIndexOf("}") + 1);
  for (const candidate of [reply, fenced, braced]) {
    if (!candidate) continue;
    try {
      return JSON.parse(candidate);
    } catch {
      // The next way to cut the JSON out of the reply may fit.
    }
  }
  throw new SyntaxError("the reply is not JSON");
}
