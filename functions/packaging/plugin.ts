import { completeFunctions } from "./functions.ts";
import { checkCloud, checkOrigins } from "./origins.ts";
import { shapeTemplate } from "./template.ts";

/** What this plugin uses of the Serverless Framework. */
export interface Serverless {
  serviceDir: string;
  processedInput: { commands: string[] };
  getProvider(name: "aws"): { getAwsSdkV3Config(): Promise<object>; naming: { getStackName(): string } };
  configSchemaHandler: {
    defineFunctionProperties(provider: string, schema: object): void;
  };
  service: {
    provider: { stage: string; environment: Record<string, unknown>; compiledCloudFormationTemplate: Template };
    custom: {
      corsAllowedOrigins: string;
      localStackEndpoint: string;
      authorizerConcurrency: string;
      may: Record<string, object>;
    };
    functions: Record<string, FunctionSettings>;
  };
}

export interface FunctionSettings {
  handler: string;
  description?: string;
  timeout?: number;
  /** What its role allows, in the words of `custom.may`. */
  may: string[];
  iamRoleStatements?: object[];
  events?: { http?: { method: string; path: string } }[];
  package?: { artifact?: string };
}

export interface Template {
  Resources: Record<string, Resource>;
  Outputs: Record<string, unknown>;
}

export interface Resource {
  Type: string;
  DependsOn?: string | string[];
  Condition?: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the properties of every resource type there is
  Properties: any;
}

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
        checkCloud(serverless.service.provider.stage, process.env.AWS_ENDPOINT_URL);
      },
      "before:package:initialize": () => {
        const { provider, custom } = serverless.service;
        checkOrigins(provider.stage, custom.corsAllowedOrigins);
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
