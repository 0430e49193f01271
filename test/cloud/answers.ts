import { setTimeout as pause } from "node:timers/promises";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type AnswerStatus, acceptedSchema, answerStatusSchema, urlsOf } from "../../lib/answers/view.ts";
import type { ApiClient } from "../../localstack/commands/client.ts";
import { region } from "./aws.ts";
import type { Cloud } from "./cloud.ts";

const longestRunMs = 180_000;

/** Puts a document where answer runs of the stage read, in its bucket. */
export async function putDocument(
  { environment }: Cloud,
  bucket: string,
  { name, text }: { name: string; text: string },
): Promise<void> {
  const client = new S3Client({
    ...(environment.AWS_ENDPOINT_URL && { endpoint: environment.AWS_ENDPOINT_URL }),
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: `documents/${name}`, Body: text }));
  client.destroy();
}

/** Starts an answer run and answers its id. */
export async function ask(api: ApiClient, request: { question: string; enable_sql?: true }): Promise<string> {
  const { status, body } = await api.call("POST", "/api/v1/runs", { body: request });
  if (status !== 202) throw new Error(`POST /api/v1/runs answered ${status}: ${JSON.stringify(body)}`);
  return acceptedSchema.parse(body).run_id;
}

/** The run once it has ended, however it did. */
export async function answerEnded(api: ApiClient, id: string): Promise<AnswerStatus> {
  const until = performance.now() + longestRunMs;
  for (;;) {
    const run = answerStatusSchema.parse((await api.call("GET", urlsOf(id).status_url)).body);
    if (run.completed_at !== null) return run;
    if (performance.now() > until) throw new Error(`The answer run ${id} does not end.`);
    await pause(1_000);
  }
}
