import type { IForbiddenRuleType } from "dependency-cruiser";

const rooms = "analysis|trading|desk|answers|live|notifications";
/** What stands above the rooms and looks at all of them. */
const top = "system|access";
const npm = "node_modules/";

const priced = ["instruments", "market", "exits"];
/** What each folder of a room may import of the same room. */
const below: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  analysis: {
    comments: [],
    posts: ["comments"],
    tickers: ["comments"],
    authors: ["comments"],
    signals: ["comments", "authors"],
    selection: ["comments", "posts", "authors"],
    annotation: ["comments", "posts", "authors", "tickers", "selection"],
  },
  trading: {
    instruments: [],
    market: ["instruments"],
    exits: ["instruments", "market"],
    positions: priced,
    predictions: priced,
    openings: [...priced, "positions"],
    performance: [...priced, "positions"],
    evaluation: [...priced, "positions", "performance"],
    authors: [...priced, "positions", "predictions", "performance"],
    monitoring: [...priced, "positions", "predictions"],
    exports: [...priced, "positions", "predictions", "openings"],
  },
};

/** A rule in one line: files that match `from` must not import what matches `to`, unless it matches `except`. */
function never(name: string, comment: string, from: string, to: string, except?: string): IForbiddenRuleType {
  return {
    name,
    comment,
    severity: "error",
    from: { path: from },
    to: { path: to, ...(except && { pathNot: except }) },
  };
}

/**
 * Who may import whom (DESIGN section 2), imports of types included. `rulesFiles` are the
 * pure files of the rooms, `typeFiles` hold types alone.
 */
export function importRules(rulesFiles: readonly string[], typeFiles: readonly string[]): IForbiddenRuleType[] {
  const rules = oneOf(rulesFiles);
  return [
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphans",
      comment: "Nobody uses it.",
      severity: "error",
      from: { orphan: true, path: "^(lib|localstack)/" },
      to: {},
    },
    {
      name: "resolvable",
      comment: "The import leads nowhere.",
      severity: "error",
      from: {},
      // A package of types alone.
      to: { couldNotResolve: true, pathNot: "^aws-lambda$" },
    },
    never(
      "rules-are-pure",
      "Rules import rules, zod, simple-statistics and the pure files of lib/runtime.",
      rules,
      ".",
      `${rules}|${oneOf(typeFiles)}|^lib/runtime/(money|dates|errors|text|chunked|json-in)\\.js$|${npm}(zod|simple-statistics)/`,
    ),
    never(
      "runtime-is-the-ground",
      "lib/runtime imports nothing of lib.",
      "^lib/runtime/",
      "^(lib/(?!runtime/)|functions|localstack|test)",
    ),
    never(
      "calendar-and-configuration-stand-alone",
      "They import lib/runtime only.",
      "^lib/(calendar|configuration)/",
      "^(lib/(?!calendar/|configuration/|runtime/)|functions|localstack|test)",
    ),
    never(
      "realm-stands-below-the-runs",
      "lib/realm imports store, calendar and configuration.",
      "^lib/realm/",
      "^(lib/(?!realm/|store/|calendar/|configuration/|runtime/)|functions|localstack|test)",
    ),
    never(
      "store-stands-alone",
      "lib/store imports lib/runtime only.",
      "^lib/store/",
      "^(lib/(?!store/|runtime/)|functions|localstack|test)",
    ),
    never(
      "providers-stand-alone",
      "lib/providers imports lib/calendar and lib/runtime only.",
      "^lib/providers/",
      "^(lib/(?!providers/|calendar/|runtime/)|functions|localstack|test)",
    ),
    never(
      "http-stands-alone",
      "lib/http imports lib/runtime only.",
      "^lib/http/",
      "^(lib/(?!http/|runtime/)|functions|localstack|test)",
    ),
    never(
      "only-store-knows-dynamodb",
      "DynamoDB is spoken to in lib/store.",
      "^(lib/(?!store/)|functions/)",
      `${npm}@aws-sdk/(client-dynamodb|lib-dynamodb|util-dynamodb)/`,
    ),
    never(
      "only-providers-know-the-world",
      "Services and networks are spoken to in lib/providers.",
      "^(lib/(?!providers/|store/)|functions/)",
      `${npm}(@aws-sdk|openai|pg)/`,
    ),
    never("only-http-knows-middy", "The HTTP stack is in lib/http.", "^(lib/(?!http/)|functions/)", `${npm}@middy/`),
    never(
      "services-are-built-once",
      "Rooms know the type of the services only.",
      "^lib/(?!services)",
      "^lib/services\\.js$",
    ),
    never(
      "services-build-and-know-no-room",
      "services.ts imports providers, store and runtime, and not even the types of a room.",
      "^lib/services\\.js$",
      "^lib/(?!providers/|store/|runtime/)",
    ),
    never("runs-know-no-room", "The run lifecycle serves all rooms.", "^lib/runs/", `^lib/(${rooms}|http)/`),
    never(
      "nothing-stands-on-the-top",
      "What looks at all rooms is used by functions.",
      `^lib/(?!${top}/)`,
      `^lib/${top}/`,
    ),
    never("rooms-do-not-answer-http", "Answers are made by functions.", `^lib/(${rooms})/`, "^lib/http/"),
    never(
      "rooms-keep-to-themselves",
      "Trading stands on the comments, signals and authors of an analysis, and on its runs.",
      `^lib/(?!desk/)(${rooms})/`,
      `^lib/(${rooms})/`,
      "^lib/$1/|^lib/analysis/((comments|signals|authors)/|run\\.js$)",
    ),
    never(
      "desk-stands-beside-trading",
      "The desk uses trading's market, fills and quantities, and shows its positions; it never opens or watches any of them.",
      "^lib/desk/",
      `^lib/(${rooms})/`,
      "^lib/(desk|live)/|^lib/trading/((instruments|market|exits)/|services\\.js$|positions/(list|view|paper-worth)\\.js$)|^lib/analysis/(signals/|comments/coins\\.js$)",
    ),
    ...Object.entries(below).flatMap(([room, folders]) =>
      Object.entries(folders).map(([folder, known]) =>
        never(
          `${room}-${folder}-knows-only-what-is-below`,
          `lib/${room}/${folder} imports of its room: ${known.join(", ") || "nothing"}.`,
          `^lib/${room}/${folder}/`,
          `^lib/${room}/\\w+/`,
          `^lib/${room}/(${[folder, ...known].join("|")})/`,
        ),
      ),
    ),
    never(
      "functions-only-wire",
      "Functions import http, runs, rooms, what is above them, and services.",
      "^functions/(?!packaging/)",
      ".",
      `^lib/(http|runs|realm|configuration|${rooms}|${top})/|^lib/services\\.js$|${npm}zod/`,
    ),
    never(
      "packaging-knows-no-room",
      "What deploys the functions imports of the product what they answer with, and the settings.",
      "^functions/packaging/",
      "^(lib|functions)/",
      "^functions/packaging/|^lib/(http|runtime)/",
    ),
    never(
      "product-knows-no-tools",
      "What is deployed imports nothing of what runs or tests it here.",
      "^(lib|functions)/",
      "^(localstack|test)/",
    ),
    never("embedded-knows-no-tests", "The local stack imports no tests.", "^localstack/", "^test/"),
  ];
}

function oneOf(files: readonly string[]): string {
  return `^(${files.map((file) => file.replace(/\.ts$/, ".js").replaceAll(".", "\\.")).join("|")})$`;
}
