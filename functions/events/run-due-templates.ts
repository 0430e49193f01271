import { runDueTemplates } from "../../lib/desk/templates/run-due-templates.ts";
import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";

/** Every minute: the templates whose time has come. */
export const handler = onEvent(loadServices, runDueTemplates);
