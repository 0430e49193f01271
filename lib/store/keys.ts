/**
 * Every key pattern of the table. `r` is the realm: one namespace with its own lock, runs, portfolios and clock.
 *
 * | what              | pk                          | sk                     | index: pk / sk                              |
 * | ----------------- | --------------------------- | ---------------------- | ------------------------------------------- |
 * | realm state       | r#REALM                     | STATE                  |                                             |
 * | configuration     | r#CONFIGURATION             | key                    |                                             |
 * | run lock          | r#LOCK                      | ANALYSIS               |                                             |
 * | idempotency       | r#IDEMPOTENCY#operation     | digest of the key      |                                             |
 * | run               | r#RUN#id                    | RUN                    | gsi1 r#RUNS / id · gsi2 r#RUNNING / id      |
 * | run configuration | r#RUN#id                    | CONFIGURATION          |                                             |
 * | phase begun       | r#RUN#id                    | BEGUN#phase number     |                                             |
 * | phase done        | r#RUN#id                    | DONE#state[#iteration] |                                             |
 * | warning           | r#RUN#id                    | WARNING#type#subject   |                                             |
 * | comment of a run  | r#RUN#id#POST#postId        | COMMENT#commentId      |                                             |
 * | artifact chunk    | r#ARTIFACT#name             | CHUNK#number           |                                             |
 * | post              | r#POST#redditId             | POST                   |                                             |
 * | comment           | r#COMMENT#redditId          | COMMENT                |                                             |
 * | author            | r#AUTHOR#username           | AUTHOR                 | gsi1 r#AUTHORS / trust#username             |
 * | applied result    | r#AUTHOR#username           | APPLIED#time#prediction |                                            |
 * | mention           | r#MENTION#ticker            | day#commentId          |                                             |
 * | signal            | r#SIGNALS#day               | SIGNAL#id              | gsi1 r#SIGNALS · gsi2 r#SIGNALS#ticker ·    |
 * |                   |                             |                        | gsi3 r#SIGNALS#type; each / day#confidence#id |
 * | former signal     | r#SIGNAL#id                 | SIGNAL                 | as a signal; only read                      |
 * | signal outcome    | r#SIGNALS#day               | OUTCOME#id#portfolio   |                                             |
 * | portfolio         | r#PORTFOLIOS                | name                   |                                             |
 * | portfolio value   | r#VALUES#portfolio          | day                    |                                             |
 * | position          | r#POSITION#id               | POSITION               | gsi1 r#POSITIONS · gsi2 r#POSITIONS#ticker ·|
 * |                   |                             |                        | gsi3 r#POSITIONS#portfolio ·                |
 * |                   |                             |                        | gsi4 r#POSITIONS#open; each / day#id        |
 * |                   |                             |                        | closed: gsi4 r#CLOSED#portfolio / exit day#id |
 * | position exit     | r#POSITION#id               | EXIT#number            |                                             |
 * | prediction        | r#PREDICTION#id             | PREDICTION             | gsi1 r#PREDICTIONS · gsi2 r#PREDICTIONS#ticker · |
 * |                   |                             |                        | gsi3 r#PREDICTIONS#author ·                 |
 * |                   |                             |                        | gsi4 r#PREDICTIONS#run; each / time#id      |
 * | prediction exit   | r#PREDICTION#id             | EXIT#number            |                                             |
 * | day's premium     | r#PREDICTION#id             | OUTCOME#day offset     |                                             |
 * | tracked           | r#TRACKING                  | ticker#prediction      |                                             |
 * | unapplied         | r#UNAPPLIED                 | author#prediction      |                                             |
 * | daily bar         | r#PRICES#ticker             | day                    |                                             |
 * | evaluation period | r#PERIODS#portfolio         | start day              |                                             |
 * | counter           | r#COUNTER                   | list                   |                                             |
 * | model spend       | r#SPEND                     | yyyy-mm                |                                             |
 * | API key           | system#API_KEYS             | digest of the key      |                                             |
 * | cursor secret     | system#SECRETS              | CURSOR                 |                                             |
 * | broker login      | system#BROKER_LOGIN         | digest of the state    |                                             |
 *
 * Which index serves which list: `GET /runs` gsi1; the sweep gsi2 (only running runs are in it); `GET /signals` gsi2
 * with a ticker, else gsi3 with a type or portfolio, else gsi1, a date range narrowing the sort key;
 * `GET /signals/history` gsi2 or gsi3; `GET /positions` gsi4 for the open ones, else gsi2 with a ticker, else gsi3 with a
 * portfolio, else gsi1; closed positions of a portfolio by day (periods, performance, calibration, exported trades) gsi4; `GET /predictions` gsi4 with a run, else gsi2 with a ticker, else
 * gsi3 with an author, else gsi1; `GET /authors` gsi1. API keys and secrets belong to the deployment, not to a realm.
 *
 * What a run works through is listed in the table itself, because there it can be read strongly: the open positions in
 * their portfolio's item, tracked and unapplied predictions as items of their own, the signals of a day under that day.
 */
export interface Key {
  pk: string;
  sk: string;
}

export type IndexName = "gsi1" | "gsi2" | "gsi3" | "gsi4";

/** The attributes that place an item in indexes; a missing pair keeps it out (sparse index). */
export type IndexKeys = Partial<Record<`${IndexName}${"pk" | "sk"}`, string>>;

export type Keys = ReturnType<typeof keysOf>;

/** Where the runs of one kind lie: the word of their items, of their list, and of those that are active. */
export interface RunPlaces {
  item: string;
  list: string;
  active: string;
}

export type RunKeys = ReturnType<typeof runKeys>;

function runKeys(realm: string, { item, list, active }: RunPlaces) {
  const key = (pk: string, sk: string): Key => ({ pk: `${realm}#${pk}`, sk });
  return {
    run: (id: string) => key(`${item}#${id}`, "RUN"),
    runIndex: (id: string): IndexKeys => ({ gsi1pk: `${realm}#${list}`, gsi1sk: id }),
    runningIndex: (id: string): IndexKeys => ({ gsi2pk: `${realm}#${active}`, gsi2sk: id }),
    runCounter: list,
    runConfiguration: (id: string) => key(`${item}#${id}`, "CONFIGURATION"),
    phaseBegun: (id: string, number: number) => key(`${item}#${id}`, `BEGUN#${number}`),
    phaseDone: (id: string, phase: string) => key(`${item}#${id}`, `DONE#${phase}`),
    warning: (id: string, type: string, subject: string) => key(`${item}#${id}`, `WARNING#${type}#${subject}`),
  };
}

export function keysOf(realm: string) {
  const key = (pk: string, sk: string): Key => ({ pk: `${realm}#${pk}`, sk });
  return {
    realmState: () => key("REALM", "STATE"),
    configuration: (name: string) => key("CONFIGURATION", name),
    lock: () => key("LOCK", "ANALYSIS"),
    /** Of the runs of another kind than analyses, whose keys stand below without a prefix. */
    runsOf: (places: RunPlaces) => runKeys(realm, places),
    idempotency: (operation: string, digest: string) => key(`IDEMPOTENCY#${operation}`, digest),

    ...runKeys(realm, { item: "RUN", list: "RUNS", active: "RUNNING" }),
    runComment: (id: string, postId: string, commentId: string) =>
      key(`RUN#${id}#POST#${postId}`, `COMMENT#${commentId}`),

    artifactChunk: (name: string, number: number) =>
      key(`ARTIFACT#${name}`, `CHUNK#${String(number).padStart(4, "0")}`),

    post: (id: string) => key(`POST#${id}`, "POST"),
    comment: (id: string) => key(`COMMENT#${id}`, "COMMENT"),
    author: (username: string) => key(`AUTHOR#${username}`, "AUTHOR"),
    mention: (ticker: string, day: string, commentId: string) => key(`MENTION#${ticker}`, `${day}#${commentId}`),

    /** Where signals were before there was paper trading; read only. */
    formerSignal: (id: string) => key(`SIGNAL#${id}`, "SIGNAL"),
    // The id begins with the day; anything else that is asked for is under no day.
    signal: (id: string) => key(`SIGNALS#${id.slice(0, 10)}`, `SIGNAL#${id}`),
    signalOutcome: (signalId: string, portfolio: string) =>
      key(`SIGNALS#${signalId.slice(0, 10)}`, `OUTCOME#${signalId}#${portfolio}`),
    signalIndex: (signal: {
      id: string;
      ticker: string;
      signal_type: string;
      signal_date: string;
      confidence: number;
    }) => {
      // Seven digits, so that text order is number order; confidences have at most six decimals.
      const confidence = String(Math.round(signal.confidence * 1e6)).padStart(7, "0");
      const place = `${signal.signal_date}#${confidence}#${signal.id}`;
      return {
        gsi1pk: `${realm}#SIGNALS`,
        gsi1sk: place,
        gsi2pk: `${realm}#SIGNALS#${signal.ticker}`,
        gsi2sk: place,
        gsi3pk: `${realm}#SIGNALS#${signal.signal_type}`,
        gsi3sk: place,
      } satisfies IndexKeys;
    },

    portfolio: (id: string) => key("PORTFOLIOS", id),
    portfolioValue: (id: string, day: string) => key(`VALUES#${id}`, day),
    position: (id: string) => key(`POSITION#${id}`, "POSITION"),
    positionIndex: (position: {
      id: string;
      ticker: string;
      portfolio_id: string;
      status: string;
      entry_date: string;
      exit_date: string | null;
    }) => {
      const place = `${position.entry_date}#${position.id}`;
      return {
        gsi1pk: `${realm}#POSITIONS`,
        gsi1sk: place,
        gsi2pk: `${realm}#POSITIONS#ticker=${position.ticker}`,
        gsi2sk: place,
        gsi3pk: `${realm}#POSITIONS#portfolio=${position.portfolio_id}`,
        gsi3sk: place,
        ...(position.status === "open"
          ? { gsi4pk: `${realm}#POSITIONS#open`, gsi4sk: place }
          : { gsi4pk: `${realm}#CLOSED#${position.portfolio_id}`, gsi4sk: `${position.exit_date}#${position.id}` }),
      } satisfies IndexKeys;
    },
    positionExit: (positionId: string, number: number) => key(`POSITION#${positionId}`, `EXIT#${ordinal(number)}`),

    prediction: (id: string) => key(`PREDICTION#${id}`, "PREDICTION"),
    predictionIndex: (prediction: {
      id: string;
      ticker: string;
      author: string;
      analysis_run_id: string;
      created_at: string;
    }) => {
      const place = `${prediction.created_at}#${prediction.id}`;
      return {
        gsi1pk: `${realm}#PREDICTIONS`,
        gsi1sk: place,
        gsi2pk: `${realm}#PREDICTIONS#ticker=${prediction.ticker}`,
        gsi2sk: place,
        gsi3pk: `${realm}#PREDICTIONS#author=${prediction.author}`,
        gsi3sk: place,
        gsi4pk: `${realm}#PREDICTIONS#run=${prediction.analysis_run_id}`,
        gsi4sk: place,
      } satisfies IndexKeys;
    },
    predictionExit: (predictionId: string, number: number) =>
      key(`PREDICTION#${predictionId}`, `EXIT#${ordinal(number)}`),
    predictionOutcome: (predictionId: string, dayOffset: number) =>
      key(`PREDICTION#${predictionId}`, `OUTCOME#${ordinal(dayOffset)}`),
    tracked: (ticker: string, predictionId: string) => key("TRACKING", `${ticker}#${predictionId}`),
    unapplied: (author: string, predictionId: string) => key("UNAPPLIED", `${author}#${predictionId}`),
    applied: (author: string, resolvedAt: string, predictionId: string) =>
      key(`AUTHOR#${author}`, `APPLIED#${resolvedAt}#${predictionId}`),
    authorIndex: (author: { username: string; trust_score: number }): IndexKeys => ({
      gsi1pk: `${realm}#AUTHORS`,
      gsi1sk: `${author.trust_score.toFixed(3)}#${author.username}`,
    }),

    dailyBar: (ticker: string, day: string) => key(`PRICES#${ticker}`, day),
    evaluationPeriod: (portfolio: string, start: string) => key(`PERIODS#${portfolio}`, start),

    counter: (list: string) => key("COUNTER", list),
    spend: (month: string) => key("SPEND", month),

    apiKey: (digest: string): Key => ({ pk: "system#API_KEYS", sk: digest }),
    cursorSecret: (): Key => ({ pk: "system#SECRETS", sk: "CURSOR" }),
    brokerLogin: (digest: string): Key => ({ pk: "system#BROKER_LOGIN", sk: digest }),
  };
}

/** Text whose order is that of the numbers. */
function ordinal(number: number): string {
  return String(number).padStart(6, "0");
}
