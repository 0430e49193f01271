import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const folder = new URL("../front/app", import.meta.url).pathname;
const contentTypes: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** `npm run upload-dashboard -- BUCKET`: the page of `/app/`, into the bucket that the distribution serves it from. */
const bucket = process.argv[2];
if (!bucket) {
  console.error("Usage: npm run upload-dashboard -- BUCKET");
  process.exit(1);
}
const client = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
for (const file of await readdir(folder)) {
  await client.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: `app/${file}`,
      Body: await readFile(join(folder, file)),
      ContentType: contentTypes[extname(file)] ?? "application/octet-stream",
      CacheControl: "no-cache",
    }),
  );
  console.log(`app/${file}`);
}
