import type { Resource, Template } from "./framework.ts";

/** The resources of one type, with their ids. */
export function ofType({ Resources }: Template, type: string): [id: string, resource: Resource][] {
  return Object.entries(Resources).filter(([, resource]) => resource.Type === type);
}

/** Takes what is gone out of what a resource waits for. */
export function withoutDependency(resource: Resource, gone: ReadonlySet<string>): void {
  const kept = [resource.DependsOn ?? []].flat().filter((id) => !gone.has(id));
  if (kept.length > 0) resource.DependsOn = kept;
  else delete resource.DependsOn;
}
