import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDirectory } from "../../../../lib/providers/documents/directory.ts";
import { openDocuments } from "../../../../lib/providers/documents/open.ts";
import type { DocumentSource } from "../../../../lib/providers/documents/source.ts";
import { noTracer } from "../../../../lib/runtime/tracer.ts";

/** Below the root `root`, and beside it. An entry that ends in `/` is an empty folder. */
const contents: Record<string, string> = {
  "root/documents/b.md": "Bergen",
  "root/documents/a.md": "Århus 🚋",
  "root/documents/a.MD": "another ending",
  "root/documents/notes.txt": "no markdown",
  "root/documents/deep/er/c.md": "Copenhagen",
  "root/empty/": "",
  "root/top.md": "top",
  "secret/keys.md": "of somebody else",
};

let folder: string;
let server: Server;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "documents-"));
  for (const [path, content] of Object.entries(contents)) {
    await mkdir(join(folder, path.endsWith("/") ? path : dirname(path)), { recursive: true });
    if (!path.endsWith("/")) await writeFile(join(folder, path), content);
  }
  server = createServer((request, response) => answerAsS3(request.url ?? "", response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("AWS_ENDPOINT_URL_S3", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  await rm(folder, { recursive: true });
});

const directory = () => openDocuments({ DOCUMENTS_DIR: join(folder, "root") }, { tracer: noTracer });
const bucket = (name = "reports/root") => openDocuments({ DOCUMENTS_DIR: `s3://${name}` }, { tracer: noTracer });
const paths = async (source: DocumentSource, below: string) =>
  (await source.list(below))?.map(({ path }) => path).sort();
const text = async (source: DocumentSource, path: string) => {
  const bytes = await source.read(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
};

/** The bucket `reports` with these keys, beside one that nobody may read and one out of order. */
function answerAsS3(url: string, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(url, "http://s3");
  const [, name = "", ...rest] = decodeURIComponent(pathname).split("/");
  const content = contents[rest.join("/")];
  const refusals: Record<string, [number, string]> = { closed: [403, "AccessDenied"], broken: [503, "SlowDown"] };
  const [status, code] = name === "reports" ? [404, "NoSuchKey"] : (refusals[name] ?? [404, "NoSuchBucket"]);
  if (name === "reports" && searchParams.has("list-type")) response.end(page(searchParams));
  else if (name === "reports" && content !== undefined) response.end(content);
  else response.writeHead(status, { "content-type": "application/xml" }).end(`<Error><Code>${code}</Code></Error>`);
}

/** Two keys to a page, and among them two that are no paths. */
function page(asked: URLSearchParams): string {
  const keys = [...Object.keys(contents), "root/documents/../../secret/keys.md", "root/documents//slash.md"].sort();
  const matching = keys.filter((key) => key.startsWith(asked.get("prefix") ?? ""));
  const from = Number(asked.get("continuation-token") ?? 0);
  const entries = matching.slice(from, from + 2).map((key) => {
    return `<Contents><Key>${key}</Key><Size>${Buffer.byteLength(contents[key] ?? "")}</Size></Contents>`;
  });
  const more = from + 2 < matching.length;
  const next = more ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : "";
  return `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${entries.join("")}</ListBucketResult>`;
}

describe.each([
  ["a directory", directory],
  ["a bucket", () => bucket()],
])("documents in %s", (_, open) => {
  it("are all that end in .md below a folder, with their sizes", async () => {
    const found = await (await open()).list("documents");
    expect(found?.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: "documents/a.md", bytes: 11 },
      { path: "documents/b.md", bytes: 6 },
      { path: "documents/deep/er/c.md", bytes: 10 },
    ]);
  });

  it("are those of the root where no folder is named", async () => {
    expect(await paths(await open(), "")).toEqual([
      "documents/a.md",
      "documents/b.md",
      "documents/deep/er/c.md",
      "top.md",
    ]);
  });

  it("are read as they are", async () => {
    expect(await text(await open(), "documents/a.md")).toBe("Århus 🚋");
    expect(await text(await open(), "documents/deep/er/c.md")).toBe("Copenhagen");
  });

  it("are none in an empty folder, and a missing folder is none", async () => {
    expect(await paths(await open(), "empty")).toEqual([]);
    expect(await paths(await open(), "missing")).toBeUndefined();
    // A folder is named whole.
    expect(await paths(await open(), "docu")).toBeUndefined();
  });

  it("cannot be read where there are none", async () => {
    expect(await text(await open(), "documents/missing.md")).toBeUndefined();
    expect(await text(await open(), "documents")).toBeUndefined();
  });

  it.each(["../secret", "documents/../../secret", "..", ".", "documents/.", "documents//deep", "/", "\\", "a\0b"])(
    "are never listed from outside the root: %j",
    async (below) => expect(await paths(await open(), below)).toBeUndefined(),
  );

  it.each(["../secret/keys.md", "documents/../../secret/keys.md", "documents/./a.md", "/etc/passwd", ""])(
    "are never read from outside the root: %j",
    async (path) => expect(await text(await open(), path)).toBeUndefined(),
  );
});

describe("a directory", () => {
  it("may be a link itself, and is followed inside, but never out of it", async () => {
    await symlink(join(folder, "root"), join(folder, "link"));
    await symlink(join(folder, "secret"), join(folder, "root/documents/out"));
    await symlink(join(folder, "secret/keys.md"), join(folder, "root/documents/keys.md"));
    await symlink("../../root/documents/b.md", join(folder, "root/documents/same.md"));
    await symlink("..", join(folder, "root/documents/deep/up"));
    const source = createDirectory(join(folder, "link"));
    expect(await paths(source, "documents")).toEqual([
      "documents/a.md",
      "documents/b.md",
      "documents/deep/er/c.md",
      "documents/same.md",
    ]);
    expect(await text(source, "documents/same.md")).toBe("Bergen");
    expect(await text(source, "documents/keys.md")).toBeUndefined();
    expect(await text(source, "documents/out/keys.md")).toBeUndefined();
    expect(await paths(source, "documents/out")).toBeUndefined();
  });

  it("has no folder where it is missing, or a folder is a file", async () => {
    expect(await paths(createDirectory(join(folder, "missing")), "documents")).toBeUndefined();
    expect(await paths(await directory(), "top.md")).toBeUndefined();
  });
});

describe("a bucket", () => {
  it("has its whole content as root where no prefix is named", async () => {
    expect(await paths(await bucket("reports"), "secret")).toEqual(["secret/keys.md"]);
  });

  it("that is not there, or is closed, has to be put right by somebody", async () => {
    await expect((await bucket("gone")).list("documents")).rejects.toMatchObject({
      name: "BadConfiguration",
      message: "DOCUMENTS_DIR: s3://gone cannot be read (NoSuchBucket)",
    });
    await expect((await bucket("closed")).list("documents")).rejects.toMatchObject({ name: "BadConfiguration" });
  });

  it("that is out of order may be asked again: nothing of it is taken for missing", async () => {
    const source = await bucket("broken");
    const unavailable = { name: "DocumentsUnavailable", retryable: true };
    await expect(source.list("documents")).rejects.toMatchObject(unavailable);
    await expect(source.read("documents/a.md")).rejects.toMatchObject(unavailable);
  });
});
