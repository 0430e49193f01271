import { listPosts } from "../../lib/analysis/posts/list-posts.ts";
import { analysisRun } from "../../lib/analysis/run.ts";
import { phase } from "../../lib/runs/phases/phase.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = phase(analysisRun, { state: "ListPosts", number: 1 }, loadServices, listPosts);
