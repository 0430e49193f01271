import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { referenceFiles } from "../front/reference.ts";

const folder = fileURLToPath(new URL("../front/app", import.meta.url));
const contentTypes: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  // Licences.
  ".txt": "text/plain; charset=utf-8",
  "": "text/plain; charset=utf-8",
};

/** `npm run upload-dashboard -- BUCKET`: all that is served under `/app/`, into the bucket that the CDN serves it from. */
const bucket = process.argv[2];
if (!bucket) {
  console.error("Usage: npm run upload-dashboard -- BUCKET");
  process.exit(1);
}
const files = [
  ...(await readdir(folder)).map((name) => ({ key: `app/${name}`, path: join(folder, name) })),
  ...[...referenceFiles].map(([name, path]) => ({ key: `app/docs/${name}`, path })),
];
const client = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
for (const { key, path } of files) {
  await client.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: await readFile(path),
      ContentType: contentTypes[extname(path)] ?? "application/octet-stream",
      CacheControl: "no-cache",
    }),
  );
  console.log(key);
}
