import type { Environment } from "../../runtime/config.ts";
import type { Tracer } from "../../runtime/tracer.ts";
import { createArtifactFolder } from "./folder.ts";
import type { ArtifactStore } from "./store.ts";

/** The store of artifacts that the environment names. */
export async function openArtifacts({ ARTIFACTS_DIR }: Environment, tracer: Tracer): Promise<ArtifactStore> {
  const bucket = /^s3:\/\/([^/]+)\/?$/.exec(ARTIFACTS_DIR)?.[1];
  if (bucket === undefined) return createArtifactFolder(ARTIFACTS_DIR);
  return (await import("./bucket.ts")).createArtifactBucket(bucket, tracer);
}
