import { bundleFunctions } from "./bundle.ts";
import { checkOrigins } from "./origins.ts";
import { shapeTemplate } from "./template.ts";

/** What this plugin uses of the Serverless Framework. */
export interface Serverless {
  serviceDir: string;
  service: {
    provider: { stage: string; environment: Record<string, unknown>; compiledCloudFormationTemplate: Template };
    custom: { corsAllowedOrigins: string };
    functions: Record<string, { handler: string; package?: { artifact?: string } }>;
  };
}

export interface Template {
  Resources: Record<string, Resource>;
  Outputs: Record<string, unknown>;
}

export interface Resource {
  Type: string;
  DependsOn?: string | string[];
  // biome-ignore lint/suspicious/noExplicitAny: the properties of every resource type there is
  Properties: any;
}

/** The packaging steps that serverless.yml cannot express; `npm start` loads this and never gets to its hooks. */
export default class Packaging {
  readonly hooks: Record<string, () => unknown>;

  constructor(serverless: Serverless) {
    this.hooks = {
      "before:package:initialize": () => {
        const { provider, custom } = serverless.service;
        checkOrigins(provider.stage, custom.corsAllowedOrigins);
        provider.environment.DEPLOYED_AT = new Date().toISOString();
      },
      "before:package:createDeploymentArtifacts": () => bundleFunctions(serverless),
      "before:package:finalize": () => shapeTemplate(serverless.service),
    };
  }
}
