import { loadDocumentsOf } from "../../../lib/answers/documents/load-documents.ts";
import { answerRun } from "../../../lib/answers/run.ts";
import { phase } from "../../../lib/runs/phases/phase.ts";
import { loadServices } from "../../../lib/services.ts";

export const handler = phase(answerRun, { state: "LoadDocuments", number: 1 }, loadServices, loadDocumentsOf);
