import type { ArtifactStore } from "../providers/artifacts/store.ts";
import type { DocumentSource } from "../providers/documents/source.ts";
import type { TokenPrices } from "../providers/openai/cost.ts";
import type { Model } from "../providers/openai/model.ts";
import type { SqlSource } from "../providers/sql/source.ts";
import type { AnswerRunServices } from "./run.ts";

/** What the phases of an answer run need beside the lifecycle. Providers are built at their first use, once. */
export interface AnswerServices extends AnswerRunServices {
  artifacts(): Promise<ArtifactStore>;
  documents(): Promise<DocumentSource>;
  /** Undefined where none is configured. */
  sqlSource(): Promise<SqlSource | undefined>;
  hasSqlSource(): Promise<boolean>;
  model(): Promise<Model>;
  prices: TokenPrices;
}
