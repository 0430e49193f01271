import { GetObjectCommand, HeadObjectCommand, NoSuchKey, NotFound, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Tracer } from "../../runtime/tracer.ts";
import { openS3 } from "../aws/s3.ts";
import { artifactsUnavailable } from "./failure.ts";
import type { ArtifactStore } from "./store.ts";

/** Artifacts as objects of an S3 bucket, which are readable as soon as they are written. */
export function createArtifactBucket(bucket: string, tracer: Tracer): ArtifactStore {
  const client = openS3(tracer);
  const named = (Key: string) => ({ Bucket: bucket, Key });
  return {
    async put(key, content) {
      const ContentType = key.endsWith(".json") ? "application/json" : "text/plain; charset=utf-8";
      const kept = new PutObjectCommand({ ...named(key), Body: content, ContentType });
      await client.send(kept).catch((error: unknown) => {
        throw artifactsUnavailable(key, error);
      });
    },
    async get(key) {
      try {
        const answer = await client.send(new GetObjectCommand(named(key)));
        return await answer.Body?.transformToString("utf-8");
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw artifactsUnavailable(key, error);
      }
    },
    async exists(key) {
      try {
        await client.send(new HeadObjectCommand(named(key)));
        return true;
      } catch (error) {
        if (error instanceof NotFound) return false;
        throw artifactsUnavailable(key, error);
      }
    },
  };
}
