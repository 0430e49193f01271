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
      awsEndpoint: string;
      localStackEndpoint: string;
      authorizerConcurrency: string;
      rateLimit: string;
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
