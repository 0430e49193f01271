import { type _Object, GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { AppError } from "../../runtime/errors.ts";
import type { Tracer } from "../../runtime/tracer.ts";
import { openS3 } from "../aws/s3.ts";
import { type DocumentSource, isMarkdown, isPlainPath } from "./source.ts";

/** Of one object: it is not there, or is not ours to read. */
const unreadable = new Set(["NoSuchKey", "AccessDenied", "InvalidObjectState", "KMS.DisabledException"]);
/** Of all: somebody has to change something. */
const misconfigured = new Set(["NoSuchBucket", "AccessDenied", "InvalidBucketName", "PermanentRedirect"]);

/**
 * Documents in a bucket, `name` or `name/prefix`. Its keys are plain names: one that holds `..` or an empty segment is no
 * path, and is left out. A folder exists where any key begins with it.
 */
export function createBucket(location: string, { tracer }: { tracer: Tracer }): DocumentSource {
  const [bucket = "", ...prefix] = location.replace(/\/+$/, "").split("/");
  const root = prefix.length === 0 ? "" : `${prefix.join("/")}/`;
  const client = openS3(tracer);
  return {
    async list(folder) {
      if (folder !== "" && !isPlainPath(folder)) return undefined;
      const keys = await keysBelow(client, bucket, folder === "" ? root : `${root}${folder}/`);
      if (keys.length === 0) return undefined;
      const files = keys.map(({ Key = "", Size = 0 }) => ({ path: Key.slice(root.length), bytes: Size }));
      return files.filter(({ path }) => isPlainPath(path) && isMarkdown(path));
    },
    async read(path) {
      if (!isPlainPath(path)) return undefined;
      try {
        const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: root + path }));
        return await answer.Body?.transformToByteArray();
      } catch (error) {
        if (unreadable.has(nameOf(error))) return undefined;
        throw unavailable(error);
      }
    },
  };
}

async function keysBelow(client: S3Client, bucket: string, prefix: string): Promise<_Object[]> {
  const keys: _Object[] = [];
  try {
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
      keys.push(...(page.Contents ?? []));
    }
  } catch (error) {
    throw misconfigured.has(nameOf(error)) ? refused(bucket, error) : unavailable(error);
  }
  return keys;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "Error";
}

function refused(bucket: string, error: unknown): AppError {
  const problem = `DOCUMENTS_DIR: s3://${bucket} cannot be read (${nameOf(error)})`;
  return new AppError("BadConfiguration", "CONFIGURATION_ERROR", problem, { cause: error });
}

function unavailable(error: unknown): AppError {
  const problem = `The documents cannot be read now (${nameOf(error)}).`;
  return new AppError("DocumentsUnavailable", "INTERNAL_ERROR", problem, { retryable: true, cause: error });
}
