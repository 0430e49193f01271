import type { Serverless } from "./framework.ts";
import { completeFunctions } from "./functions.ts";
import { checkCloud, checkOrigins, checkWebhook } from "./origins.ts";
import { shapeTemplate } from "./template.ts";

/** The packaging steps that serverless.yml cannot express. */
export default class Packaging {
  readonly hooks: Record<string, () => unknown>;

  constructor(serverless: Serverless) {
    const may = { type: "array", items: { type: "string" } };
    serverless.configSchemaHandler.defineFunctionProperties("aws", { properties: { may }, required: ["may"] });
    this.hooks = {
      // Before anything is asked of AWS.
      initialize: () => {
        if (serverless.processedInput.commands[0] !== "deploy") return;
        const { provider, custom } = serverless.service;
        checkCloud(provider.stage, custom.awsEndpoint);
      },
      "before:package:initialize": () => {
        const { provider, custom } = serverless.service;
        checkOrigins(provider.stage, custom.corsAllowedOrigins);
        checkWebhook(provider.stage, String(provider.environment.WEBHOOK_URL ?? ""));
        completeFunctions(serverless.service);
      },
      "before:package:createDeploymentArtifacts": async () => {
        // Loaded only where it works: no other command waits for the bundler.
        const { bundleFunctions } = await import("./bundle.ts");
        await bundleFunctions(serverless);
      },
      "before:aws:deploy:deploy:createStack": async () => {
        const { deleteRolledBackStack } = await import("./rolled-back.ts");
        await deleteRolledBackStack(serverless);
      },
      // The resources of serverless.yml join the template here, and nothing has been written yet.
      "after:aws:package:finalize:mergeCustomProviderResources": () => shapeTemplate(serverless.service),
    };
  }
}
