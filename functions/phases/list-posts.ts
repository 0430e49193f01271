import { listPosts } from "../../lib/analysis/posts/list-posts.ts";
import { phase } from "../../lib/runs/phase.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = phase({ state: "ListPosts", number: 1 }, loadServices, listPosts);
