const withoutAws = new Set(["local", "localstack"]);

/** Refuses to deploy without a list of exact origins (spec orders 2.2). Throws one sentence. */
export function checkOrigins(stage: string, list: string): void {
  const origins = list.split(",").filter((origin) => origin !== "");
  if (withoutAws.has(stage) && origins.length === 0) return;
  const bad = origins.find((origin) => !isOrigin(origin));
  if (origins.length > 0 && bad === undefined) return;
  const problem = bad === undefined ? "is empty" : `holds "${bad}"`;
  throw new Error(
    `CORS_ALLOWED_ORIGINS ${problem}: stage ${stage} needs a comma-separated list of origins such as https://desk.example.com, without * and without spaces.`,
  );
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
