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

/** Refuses a webhook that the functions would refuse, one and all. Throws one sentence. */
export function checkWebhook(stage: string, url: string): void {
  if (url === "" || withoutAws.has(stage)) return;
  const { protocol, username, password } = URL.canParse(url)
    ? new URL(url)
    : { protocol: "", username: "", password: "" };
  if (protocol === "https:" && username === "" && password === "") return;
  throw new Error("WEBHOOK_URL must begin with https:// and hold neither name nor password.");
}

/** Refuses to deploy to AWS what lacks the check of keys, or the settings of AWS. Throws one sentence. */
export function checkCloud(stage: string, endpoint: string | undefined): void {
  if (!withoutAws.has(stage) || endpoint) return;
  throw new Error(
    `Stage ${stage} is not made for AWS, where it would be open or broken: AWS_ENDPOINT_URL must name a LocalStack.`,
  );
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
