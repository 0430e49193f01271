import type * as z from "zod";
import type { ErrorCode } from "../runtime/errors.ts";
import type { Right } from "./rights.ts";
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
  /**
   * An `Idempotency-Key` is honoured: the same key and body get the first answer again. The word is no other contract's;
   * answers are remembered under it and the path's variables, so another word would forget those of the last day.
   */
  idempotent?: string;
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
  /** What an error says is the whole body: `{code, message, details?}`. The gateway's own errors keep their envelope. */
  bareErrors?: true;
  /** No API key is asked for. */
  open?: boolean;
  /** What the API key must allow, where the method does not say it: `read` for GET, `trade` for all else. */
  right?: Right;
  /** The body is sent without the envelope, with this content type. */
  raw?: "application/json" | "text/html" | "text/csv";
}

/** A request that fits its contract. */
export interface ApiRequest<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  headers: Record<string, string>;
  /** The request as one that may be repeated, for the work of a contract that is `idempotent`. */
  repeatable: RepeatableRequest<B>;
  /** Which API key was used; empty on open endpoints. */
  apiKeyId: string;
}

/** What tells a request that is sent again from another one. */
export interface RepeatableRequest<B> {
  /** What is asked for, and of what: `close#2021-01-27.GME.quality.stocks_quality`. */
  operation: string;
  /** `Idempotency-Key`, checked; without one every request stands alone. */
  key: string | undefined;
  apiKeyId: string;
  body: B;
}

/** What the work of an endpoint answers. */
export interface ApiAnswer {
  data: unknown;
  meta?: Record<string, unknown>;
  status?: number;
  headers?: Record<string, string>;
}
