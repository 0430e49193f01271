import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { artifactsUnavailable } from "./failure.ts";
import type { ArtifactStore } from "./store.ts";

/** Artifacts as files below a folder, for a machine without S3. */
export function createArtifactFolder(folder: string): ArtifactStore {
  const root = resolve(folder);

  function pathOf(key: string): string {
    const path = resolve(root, key);
    if (!path.startsWith(root + sep)) throw new RangeError(`the artifact ${key} lies outside its folder`);
    return path;
  }

  async function put(key: string, content: string): Promise<void> {
    const path = pathOf(key);
    const draft = `${path}.${randomUUID()}`;
    await mkdir(dirname(path), { recursive: true });
    try {
      const file = await open(draft, "wx", 0o600);
      try {
        await file.writeFile(content, "utf8");
        // What is answered as kept must outlive the machine's next second.
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  return {
    put: (key, content) => guarded(key, () => put(key, content)),
    get: (key) => guarded(key, () => readFile(pathOf(key), "utf8").catch(undefinedIfMissing)),
    exists: async (key) => (await guarded(key, () => stat(pathOf(key)).catch(undefinedIfMissing)))?.isFile() ?? false,
  };
}

async function guarded<T>(key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw artifactsUnavailable(key, error);
  }
}

function undefinedIfMissing(error: unknown): undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
}
