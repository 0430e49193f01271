/**
 * Named texts of any size: what answer runs make. Keys are paths, `output/20260209_1201/final.md`. Every failure is
 * `ArtifactsUnavailable`, which may be tried again; absent is told apart from "no answer".
 */
export interface ArtifactStore {
  /** Whole or not at all, and readable once it is answered. Replaces what was there. */
  put(key: string, content: string): Promise<void>;
  /** Undefined where there is none. */
  get(key: string): Promise<string | undefined>;
  exists(key: string): Promise<boolean>;
}
