import type * as z from "zod";
import type { ErrorCode } from "../runtime/errors.ts";
import type { Tag } from "./tags.ts";

/** What an endpoint promises: it validates requests and answers with it, and the OpenAPI document is made from it. */
export interface Contract<P = unknown, Q = unknown, B = unknown> {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  /** A few words without a full stop; the sentences are the description's. */
  summary: string;
  description: string;
  tag: Tag;
  params?: z.ZodType<P>;
  query?: z.ZodType<Q>;
  /** Present where a body is read. An absent body is read as `{}`. */
  body?: z.ZodType<B>;
  /** An `Idempotency-Key` is honoured: the same key and body get the first answer again. */
  idempotent?: true;
  /** The content of `data`, or with `raw` the whole body. */
  response: z.ZodType;
  /** Further members of `meta`. */
  meta?: z.ZodObject;
  /** Default 200. */
  status?: number;
  /** When it answers 302 instead. */
  redirect?: string;
  /** Statuses other than `status` that are answered with a page too, and when. */
  pages?: Readonly<Record<number, string>>;
  /** Codes this endpoint may answer beyond those every endpoint may. */
  errors?: readonly ErrorCode[];
  /** No API key is asked for. */
  open?: boolean;
  /** The body is sent without the envelope, with this content type. */
  raw?: "application/json" | "text/html" | "text/csv";
}

/** A request that fits its contract. */
export interface ApiRequest<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  headers: Record<string, string>;
  /** `Idempotency-Key`, checked; only where the contract is `idempotent`. */
  idempotencyKey: string | undefined;
  /** Which API key was used; empty on open endpoints. */
  apiKeyId: string;
}

/** What the work of an endpoint answers. */
export interface ApiAnswer {
  data: unknown;
  meta?: Record<string, unknown>;
  status?: number;
  headers?: Record<string, string>;
}
