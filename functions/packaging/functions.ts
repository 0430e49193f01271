import type { FunctionSettings, Serverless } from "./framework.ts";

/** Writes out what serverless.yml says of each function in a word or leaves to its route. Changes the settings in place. */
export function completeFunctions({ functions, custom }: Serverless["service"]): void {
  for (const [key, fn] of Object.entries(functions)) {
    fn.iamRoleStatements = statementsOf(key, fn.may, custom.may);
    fn.description ??= descriptionOf(key, fn);
  }
}

/** The statements behind the words of a function's `may`. Throws one sentence for a word that `custom.may` lacks. */
function statementsOf(
  key: string,
  words: readonly string[],
  may: Readonly<Record<string, object | object[]>>,
): object[] {
  return words.flatMap((word) => {
    const statements = may[word];
    if (!statements)
      throw new Error(`The function ${key} may "${word}", which custom.may of serverless.yml does not say.`);
    return statements;
  });
}

/** An endpoint is its route, a phase the state that calls it. Throws one sentence where nothing says what a function does. */
function descriptionOf(key: string, { handler, events = [] }: FunctionSettings): string {
  const [route] = events.flatMap(({ http }) => (http ? [http] : []));
  if (route) return `${route.method} ${route.path}`;
  if (handler.startsWith("functions/phases/")) return `Task ${key.charAt(0).toUpperCase()}${key.slice(1)}`;
  throw new Error(`The function ${key} has neither a route nor a description.`);
}
