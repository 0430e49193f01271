import { isAppError } from "./errors.ts";

/** Ids by which a trace is found. Never texts: whoever may see traces need not see what users wrote. */
export type Annotations = Record<string, string | number>;

export interface Tracer {
  /** The same client of AWS, its calls from now on parts of the trace. */
  watch<T>(client: T): T;
  /** `work` as one part of the trace. What it answers stays out of it, and of an error there is the name alone. */
  trace<T>(annotations: Annotations, work: () => Promise<T>): Promise<T>;
}

export const noTracer: Tracer = { watch: (client) => client, trace: (_annotations, work) => work() };

/**
 * X-Ray. Its SDK follows every promise of the process and is loaded only here, at the first piece of work. Where it
 * fails, there is work without a trace.
 */
export function createTracer(service: string): Tracer {
  let waiting: unknown[] = [];
  let watchNow = (client: unknown) => void waiting.push(client);
  let loading: ReturnType<typeof load> | undefined;

  async function load() {
    const { Tracer } = await import("@aws-lambda-powertools/tracer");
    const tracer = new Tracer({ serviceName: service });
    watchNow = (client) => void tracer.captureAWSv3Client(client);
    for (const client of waiting) watchNow(client);
    waiting = [];
    return tracer.provider;
  }

  return {
    watch(client) {
      watchNow(client);
      return client;
    },
    async trace(annotations, work) {
      loading ??= load();
      const loaded = await loading.catch(() => undefined);
      if (loaded === undefined) return work();
      return loaded.captureAsyncFunc("## work", async (part) => {
        for (const [name, value] of Object.entries(annotations)) part?.addAnnotation(name, value);
        try {
          return await work();
        } catch (error) {
          if (part) markFailure(part, error);
          throw error;
        } finally {
          part?.close();
        }
      }) as ReturnType<typeof work>;
    },
  };
}

/** What is used of a part of X-Ray's. */
interface Part {
  addErrorFlag(): void;
  addFaultFlag(): void;
  addAnnotation(name: string, value: string): void;
}

function markFailure(part: Part, error: unknown): void {
  if (isRefusal(error)) part.addErrorFlag();
  else part.addFaultFlag();
  part.addAnnotation("error", error instanceof Error ? error.name : typeof error);
}

/** In X-Ray's words an error is the caller's and a fault ours. */
function isRefusal(error: unknown): boolean {
  return isAppError(error) && ["InvalidRequest", "NotFound", "Conflict"].includes(error.name);
}
