import { ofType } from "../../functions/packaging/resources.ts";
import type { DeployedContract } from "../../localstack/front/endpoints.ts";
import { apiOf } from "./deployed-api.ts";
import type { Packaged } from "./packaged.ts";

/** A method of the API as it is deployed. */
interface Route {
  /** `GET /runs`. */
  name: string;
  isOpen: boolean;
  /** The logical id of its function. */
  functionId: string;
}

/**
 * Contracts and deployment say the same: each contract has one route, with its method, path and key check, to a function
 * with its handler and name; and no route is without a contract. Without an authorizer the free LocalStack leaves all open.
 */
export function routeProblems({ stage, template, contracts }: Packaged): string[] {
  const routes = routesOf(template);
  const names = contracts.map(nameOf);
  return [
    ...contracts.flatMap((contract, index) => [
      ...(names.indexOf(nameOf(contract)) === index ? [] : [`${nameOf(contract)} has two contracts`]),
      ...contractProblems(contract, routes, stage),
      ...functionProblems(contract, template),
    ]),
    ...routes.filter(({ name }) => !names.includes(name)).map(({ name }) => `${name} is a route without a contract`),
  ];
}

function contractProblems(contract: DeployedContract, routes: readonly Route[], stage: string): string[] {
  const name = nameOf(contract);
  const found = routes.filter((route) => route.name === name);
  const [route] = found;
  if (!route) return [`${name} is a contract without a route (${contract.file})`];
  const isOpen = contract.open === true || stage === "localstack";
  return [
    ...(found.length === 1 ? [] : [`${name} has ${found.length} routes`]),
    ...(route.isOpen === isOpen
      ? []
      : [`${name} is ${opening(route.isOpen)}, and its contract says ${opening(isOpen)}`]),
    ...(route.functionId === idOf(contract) ? [] : [`${name} leads to ${route.functionId}, not to ${idOf(contract)}`]),
  ];
}

function functionProblems(contract: DeployedContract, { Resources }: Packaged["template"]): string[] {
  const lambda = Resources[idOf(contract)];
  if (!lambda) return [];
  const { Handler, Description } = lambda.Properties;
  const handler = contract.file.replace(/\.ts$/, ".handler");
  return [
    ...(Handler === handler ? [] : [`${idOf(contract)} runs ${Handler}, and its contract is in ${handler}`]),
    ...(Description === nameOf(contract) ? [] : [`${idOf(contract)} is described as ${JSON.stringify(Description)}`]),
  ];
}

function routesOf(template: Packaged["template"]): Route[] {
  return apiOf(template)
    .operations.filter(({ integration }) => integration.type !== "mock")
    .map(({ method, path, authorizers, functionId }) => ({
      name: `${method} ${path}`,
      isOpen: authorizers.length === 0,
      functionId,
    }));
}

/** Where a function can be called from. */
const callers = [
  "AWS::ApiGateway::Method",
  "AWS::ApiGateway::RestApi",
  "AWS::ApiGatewayV2::Integration",
  "AWS::Events::Rule",
  "AWS::StepFunctions::StateMachine",
];

/** Each file of `functions/` is the handler of the function of its name, which something calls; and there are no others. */
export function handlerProblems({ stage, template, handlers }: Packaged): string[] {
  const calls = callers
    .flatMap((type) => ofType(template, type).map(([, resource]) => JSON.stringify(resource)))
    .join();
  // Without an authorizer the free LocalStack has nothing that would call this one.
  const isCalled = (id: string) =>
    calls.includes(`"${id}"`) || (stage === "localstack" && id === "AuthorizeLambdaFunction");
  // Nor has it the live feed's gateway.
  const wanted = handlers.filter((file) => stage !== "localstack" || !file.startsWith("functions/socket/"));
  const functions = ofType(template, "AWS::Lambda::Function");
  const deployed = functions.map(([, { Properties }]) => Properties.Handler.replace(/\.\w+$/, ".ts"));
  return [
    ...wanted.filter((file) => !deployed.includes(file)).map((file) => `${file} is the handler of no function`),
    ...deployed.filter((file) => !handlers.includes(file)).map((file) => `${file} is deployed and does not exist`),
    ...deployed.filter((file, index) => deployed.indexOf(file) !== index).map((file) => `${file} is deployed twice`),
    ...functions.filter(([id]) => !isCalled(id)).map(([id]) => `${id} is called by nothing`),
  ];
}

function nameOf({ method, path }: DeployedContract): string {
  return `${method} ${path}`;
}

function idOf({ operationId }: DeployedContract): string {
  return `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}LambdaFunction`;
}

function opening(isOpen: boolean): string {
  return isOpen ? "open" : "for keys only";
}
