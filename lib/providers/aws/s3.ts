import { S3Client } from "@aws-sdk/client-s3";
import type { Tracer } from "../../runtime/tracer.ts";

/** How long S3 is given for one answer. */
export const s3PatienceMs = 20_000;

/** S3, or what stands in its place where `AWS_ENDPOINT_URL` says so: addressed by path, which both understand. */
export function openS3(tracer: Tracer): S3Client {
  return tracer.watch(
    new S3Client({
      forcePathStyle: true,
      requestHandler: { connectionTimeout: 2_000, requestTimeout: s3PatienceMs, throwOnRequestTimeout: true },
    }),
  );
}
