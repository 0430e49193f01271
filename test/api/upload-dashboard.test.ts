import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("the dashboard and the API reference are uploaded together, with their types", async () => {
  const stored: Record<string, string | undefined> = {};
  const bucket = createServer((request, response) => {
    stored[request.url?.replace(/\?.*$/, "") ?? ""] = request.headers["content-type"];
    request.resume().once("end", () => response.end());
  });
  bucket.listen(0, "127.0.0.1");
  await once(bucket, "listening");
  const { port } = bucket.address() as { port: number };
  try {
    const upload = spawn(process.execPath, ["localstack/commands/upload-dashboard.ts", "pages"], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
      },
    });
    expect(await once(upload, "close")).toEqual([0, null]);
  } finally {
    bucket.close();
  }
  expect(stored).toEqual({
    "/pages/app/app.js": "text/javascript; charset=utf-8",
    "/pages/app/icon.svg": "image/svg+xml",
    "/pages/app/index.html": "text/html; charset=utf-8",
    "/pages/app/style.css": "text/css; charset=utf-8",
    "/pages/app/docs/reference.css": "text/css; charset=utf-8",
    "/pages/app/docs/reference.js": "text/javascript; charset=utf-8",
    "/pages/app/docs/swagger-ui.css": "text/css; charset=utf-8",
    "/pages/app/docs/swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "/pages/app/docs/swagger-ui-bundle.js.LICENSE.txt": "text/plain; charset=utf-8",
    "/pages/app/docs/LICENSE": "text/plain; charset=utf-8",
    "/pages/app/docs/NOTICE": "text/plain; charset=utf-8",
  });
});
