/** Calls of AWS's own interfaces as an administrator makes them. No signature is checked where they go to. */
export interface Aws {
  /** A service with JSON and a target, such as `secretsmanager` and `secretsmanager.PutSecretValue`. */
  json<T>(service: string, target: string, body: unknown): Promise<T>;
  /** A service with resources, such as `lambda`. */
  rest<T>(service: string, method: string, path: string, body?: unknown): Promise<T>;
  /** A service of forms and XML, such as `iam`; its answer is the JSON that LocalStack makes of it. */
  form<T>(service: string, action: string, parameters?: Record<string, string>, accessKey?: string): Promise<T>;
}

export const region = "us-east-1";
const formVersions: Record<string, string> = { cloudformation: "2010-05-15", iam: "2010-05-08", sts: "2011-06-15" };

export function createAws(endpoint: string): Aws {
  async function call(service: string, path: string, request: RequestInit, accessKey = "test"): Promise<unknown> {
    const credential = `${accessKey}/20200101/${region}/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=none`;
    const headers = { accept: "application/json", authorization, ...request.headers };
    const answer = await fetch(endpoint + path, { ...request, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${service} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
  return {
    json: (service, target, body) =>
      call(service, "/", {
        method: "POST",
        headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": target },
        body: JSON.stringify(body),
      }) as Promise<never>,
    rest: (service, method, path, body) =>
      call(service, path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) }) as Promise<never>,
    async form(service, action, parameters = {}, accessKey) {
      const body = new URLSearchParams({ Action: action, Version: formVersions[service] ?? "", ...parameters });
      const answer = await call(service, "/", { method: "POST", body }, accessKey);
      const outer = (answer as Record<string, Record<string, unknown>>)[`${action}Response`];
      return outer?.[`${action}Result`] as never;
    },
  };
}

/** A list as LocalStack's JSON of XML has it: nothing where it is empty, the one member itself where there is one. */
export function members<T>(list: { member: T | T[] } | null | undefined): T[] {
  return [list?.member ?? []].flat() as T[];
}
