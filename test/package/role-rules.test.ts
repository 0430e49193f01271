import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Calls, readCalls } from "../../functions/packaging/calls.ts";
import type { Packaged } from "./packaged.ts";
import { roleProblems } from "./role-rules.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const nothing: Calls = {
  store: [],
  actions: [],
  indexes: false,
  executions: [],
  artifacts: [],
  vault: [],
  clients: [],
  loads: [],
};
const logs = {
  Effect: "Allow",
  Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
  Resource: [{ "Fn::GetAtt": ["LogGroup", "Arn"] }],
};
const table = { "Fn::GetAtt": ["Table", "Arn"] };

/** One function `listRuns` with these calls and a role of these statements. */
function packaged(calls: Partial<Calls>, statements: object[]): Packaged {
  const Resources = {
    ListRunsLambdaFunction: { Type: "AWS::Lambda::Function", Properties: { Role: { "Fn::GetAtt": ["Role", "Arn"] } } },
    Role: {
      Type: "AWS::IAM::Role",
      Properties: { Policies: [{ PolicyDocument: { Statement: [logs, ...statements] } }] },
    },
  };
  return {
    stage: "prod",
    file: "",
    sizes: {},
    template: { Resources, Outputs: {} },
    calls: { listRuns: { ...nothing, ...calls } },
    imports: {},
    contracts: [],
    handlers: [],
  };
}

describe("a role", () => {
  it("that allows what the function calls has no problem", () => {
    const calls = { store: ["get", "transact"], actions: ["put"], executions: ["stop"] };
    const execution = `arn:\${AWS::Partition}:states:\${AWS::Region}:\${AWS::AccountId}:execution:machine:*`;
    const statements = [
      { Effect: "Allow", Action: ["dynamodb:GetItem", "dynamodb:PutItem"], Resource: table },
      { Effect: "Allow", Action: "states:StopExecution", Resource: { "Fn::Sub": execution } },
    ];
    expect(roleProblems(packaged(calls, statements))).toEqual([]);
  });

  it("that lacks something is told what", () => {
    const statements = [{ Effect: "Allow", Action: ["dynamodb:GetItem"], Resource: table }];
    expect(roleProblems(packaged({ store: ["get", "transact"], actions: ["put"] }, statements))).toEqual([
      "listRuns calls dynamodb:PutItem on Table, which its role refuses",
    ]);
  });

  it("for the table is none for its indexes", () => {
    const statements = [{ Effect: "Allow", Action: ["dynamodb:Query"], Resource: table }];
    expect(roleProblems(packaged({ store: ["query"], indexes: true }, statements))).toEqual([
      "listRuns calls dynamodb:Query on Table/index/*, which its role refuses",
    ]);
  });

  it("that denies something, or allows it under a condition, does not allow it", () => {
    const conditional = { Effect: "Allow", Action: ["dynamodb:PutItem"], Resource: table, Condition: { Null: {} } };
    const statements = [{ Effect: "Deny", Action: ["dynamodb:GetItem"], Resource: table }, conditional];
    expect(roleProblems(packaged({ store: ["get", "transact"], actions: ["put"] }, statements))).toEqual([
      "listRuns calls dynamodb:GetItem on Table, which its role refuses",
      "listRuns calls dynamodb:PutItem on Table, which its role refuses",
    ]);
  });

  it("that allows more is told what", () => {
    const statements = [
      { Effect: "Allow", Action: ["dynamodb:GetItem", "dynamodb:DeleteItem"], Resource: table },
      { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: { Ref: "BrokerSecret" } },
    ];
    expect(roleProblems(packaged({ store: ["get"] }, statements))).toEqual([
      "listRuns may dynamodb:DeleteItem on Table, which it never calls",
      "listRuns may secretsmanager:GetSecretValue on BrokerSecret, which it never calls",
    ]);
  });

  it("cannot be judged where the store has a method that nobody has said the permission of", () => {
    expect(roleProblems(packaged({ store: ["scan"] }, []))).toEqual([
      "listRuns calls an unknown method of the store, scan, on Table, which its role refuses",
    ]);
  });
});

describe("what a function can call", () => {
  const callsOf = async (path: string) => (await readCalls(root, [path])).get(path);

  it("is nothing where it only answers a constant", async () => {
    expect(await callsOf("functions/api/get-card")).toEqual(nothing);
  });

  it("leaves out what its files could and it does not", async () => {
    // lib/runs/stop.ts shares files with the start and the sweep, which start and describe executions.
    expect(await callsOf("functions/api/stop-run")).toMatchObject({ executions: ["stop"], clients: [], loads: [] });
  });

  it("names the clients it opens and the files they are loaded from, also those of what they use themselves", async () => {
    expect(await callsOf("functions/api/refresh-prices")).toMatchObject({
      clients: ["broker", "dailyPrices"],
      loads: [
        "lib/providers/aws/secrets.ts",
        "lib/providers/schwab/open.ts",
        "lib/providers/schwab/token-vault.ts",
        "lib/providers/yahoo/open.ts",
      ],
    });
  });

  it("counts a method that was taken out of the store first", async () => {
    // readSignal in lib/analysis/signals/list.ts takes `get` out of the store.
    expect((await callsOf("functions/api/get-signal"))?.store).toContain("get");
  });

  it("counts actions and clients also where the bundler had to give them another name", async () => {
    const folder = mkdtempSync(join(tmpdir(), "calls-"));
    const files = {
      "lib/services.ts": `export function createServices() {\n  const reddit = async () => import("./providers/reddit/client.ts");\n  return { reddit };\n}`,
      "lib/providers/reddit/client.ts": "export const open = () => 1;",
      "lib/store/actions.ts": "export function check(key) { return key; }",
      "lib/a.ts": "function check() {}\nexport const reddit = [check()];",
      "functions/api/x.ts": `import { reddit as a } from "../../lib/a.ts";
        import { check } from "../../lib/store/actions.ts";
        export const handler = ({ reddit }) => [a, check(1), reddit()];`,
    };
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const calls = (await readCalls(folder, ["functions/api/x"])).get("functions/api/x");
    rmSync(folder, { recursive: true });
    expect(calls).toMatchObject({ actions: ["check"], clients: ["reddit"], loads: ["lib/providers/reddit/client.ts"] });
  });

  /** Where the store, the executions or the vault get a name by which their methods would not be found. */
  const hidden = (text: string) =>
    [
      /(?<=[\w}]\??)(?<!(\b(store|executions|vault)|\{ keys \})\??): (\w+<)?(Store|Executions|TokenVault)\b/g,
      /\b(store|executions|vault): (?!Store\b|Executions\b|TokenVault\b)\w+ *[,}]/g,
      /\b\w+ = (await )?(\w+\.)*(store|executions|vault);/g,
    ].flatMap((pattern) => text.match(pattern) ?? []);

  it.each([
    "function read(table: Store) {",
    "function read({ get }: Store) {",
    "type Reader = { table?: Pick<Store, 'get'> };",
    "const { store: table } = services;",
    "const table = services.store;",
  ])("could be hidden by %s", (text) => {
    expect(hidden(text)).toHaveLength(1);
  });

  it("is hidden nowhere", () => {
    const files = globSync("{lib,functions}/**/*.ts", { cwd: root });
    expect(files.length).toBeGreaterThan(100);
    // The store itself is where its methods are.
    const others = files.filter((file) => file !== "lib/services.ts" && file !== "lib/store/table.ts");
    expect(others.flatMap((file) => hidden(readFileSync(join(root, file), "utf8")))).toEqual([]);
  });
});
