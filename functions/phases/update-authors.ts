import { postsInput } from "../../lib/analysis/acquisition.ts";
import { phase } from "../../lib/runs/phase.ts";
import { loadServices } from "../../lib/services.ts";
import { updateAuthors } from "../../lib/trading/update-authors.ts";

export const handler = phase({ state: "UpdateAuthors", number: 7, input: postsInput }, loadServices, updateAuthors);
