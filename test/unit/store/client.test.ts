import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { createStoreClient } from "../../../lib/store/client.ts";

it("a table that never answers is given up after three tries of three seconds", { timeout: 20_000 }, async () => {
  let tries = 0;
  const silent = createServer(() => {
    tries++;
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const client = createStoreClient(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  const asked = client.send(new GetCommand({ TableName: "t", Key: { pk: "a", sk: "b" } }));
  await expect(asked).rejects.toThrow(/timed? ?out|timeout/i);
  expect(tries).toBe(3);
  silent.closeAllConnections();
  silent.close();
});
