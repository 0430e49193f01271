import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { keyHeaders } from "../support/key-headers.ts";

interface EdgeRequest {
  method: string;
  uri: string;
  headers: Record<string, { value: string }>;
}
interface EdgeAnswer {
  statusCode: number;
  headers: Record<string, { value: string }>;
}

const cdn = parse(readFileSync(new URL("../../functions/packaging/parts/cdn.yml", import.meta.url), "utf8"));
// biome-ignore lint/suspicious/noTemplateCurlyInString: the framework puts the origins there
const origins = "${self:custom.corsAllowedOrigins}";
const code = (cdn.Resources.Edge.Properties.FunctionCode as string).replace(
  origins,
  "https://desk.example.com,https://www.example.com",
);

/** The CDN's function, which is handed each request before the API or the dashboard's bucket is asked. */
function edge(method: string, uri: string, sent: Record<string, string> = {}): EdgeRequest & EdgeAnswer {
  const headers = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, { value }]));
  const answer = runInNewContext(`${code}; handler(event)`, { event: { request: { method, uri, headers } } });
  return JSON.parse(JSON.stringify(answer));
}

describe("the CDN's function", () => {
  it.each(keyHeaders)("passes on %s", (_what, headers, key) => {
    const passed = edge("GET", "/runs", headers);
    expect([passed.uri, passed.headers["x-api-key"]?.value]).toEqual(["/runs", key]);
    expect(passed.headers.authorization?.value).toBe(headers.authorization);
  });

  it("answers the preflight of a listed origin, and allows no other", () => {
    const listed = edge("OPTIONS", "/runs", { origin: "https://www.example.com" });
    expect(listed.statusCode).toBe(204);
    expect(listed.headers["access-control-allow-origin"]?.value).toBe("https://www.example.com");
    expect(listed.headers["access-control-allow-headers"]?.value).toContain("X-API-Key");
    for (const headers of [{ origin: "https://evil.example.com" }, {}]) {
      expect(edge("OPTIONS", "/runs", headers).headers).toEqual({ vary: { value: "Origin" } });
    }
  });

  it("leads to the dashboard's page", () => {
    expect(edge("GET", "/app")).toMatchObject({ statusCode: 301, headers: { location: { value: "/app/" } } });
    expect(edge("GET", "/app/").uri).toBe("/app/index.html");
    expect(edge("GET", "/app/app.js").uri).toBe("/app/app.js");
  });
});
