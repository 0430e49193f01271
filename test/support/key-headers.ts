/** How a request may carry its key, and the key the gateway is to look for: the CDN's function and the local front agree. */
export const keyHeaders: [what: string, headers: Record<string, string>, key: string | undefined][] = [
  ["a bearer token as the key", { authorization: "Bearer k1" }, "k1"],
  ["the key as it is", { "x-api-key": "k1" }, "k1"],
  ["the key sent both ways", { authorization: "bearer k1", "x-api-key": "k1" }, "k1"],
  ["the key beside another scheme", { authorization: "Basic YTpi", "x-api-key": "k1" }, "k1"],
  ["none of two different keys", { authorization: "Bearer k2", "x-api-key": "k1" }, undefined],
  ["no key of another scheme", { authorization: "Basic YTpi" }, undefined],
  ["no key where there is none", {}, undefined],
];
