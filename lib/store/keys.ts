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
 * | author            | r#AUTHOR#username           | AUTHOR                 |                                             |
 * | mention           | r#MENTION#ticker            | day#commentId          |                                             |
 * | signal            | r#SIGNAL#id                 | SIGNAL                 | gsi1 r#SIGNALS · gsi2 r#SIGNALS#ticker ·    |
 * |                   |                             |                        | gsi3 r#SIGNALS#type; each / day#confidence#id |
 * | counter           | r#COUNTER                   | list                   |                                             |
 * | model spend       | r#SPEND                     | yyyy-mm                |                                             |
 * | API key           | system#API_KEYS             | digest of the key      |                                             |
 * | cursor secret     | system#SECRETS              | CURSOR                 |                                             |
 *
 * Which index serves which list: `GET /runs` gsi1; the sweep gsi2 (only running runs are in it); `GET /signals` gsi2
 * with a ticker, else gsi3 with a type or portfolio, else gsi1, a date range narrowing the sort key;
 * `GET /signals/history` gsi2 or gsi3. API keys and secrets belong to the deployment, not to a realm.
 */
export interface Key {
  pk: string;
  sk: string;
}

export type IndexName = "gsi1" | "gsi2" | "gsi3" | "gsi4";

/** The attributes that place an item in indexes; a missing pair keeps it out (sparse index). */
export type IndexKeys = Partial<Record<`${IndexName}${"pk" | "sk"}`, string>>;

export type Keys = ReturnType<typeof keysOf>;

export function keysOf(realm: string) {
  const key = (pk: string, sk: string): Key => ({ pk: `${realm}#${pk}`, sk });
  return {
    realmState: () => key("REALM", "STATE"),
    configuration: (name: string) => key("CONFIGURATION", name),
    lock: () => key("LOCK", "ANALYSIS"),
    idempotency: (operation: string, digest: string) => key(`IDEMPOTENCY#${operation}`, digest),

    run: (id: string) => key(`RUN#${id}`, "RUN"),
    runIndex: (id: string): IndexKeys => ({ gsi1pk: `${realm}#RUNS`, gsi1sk: id }),
    runningIndex: (id: string): IndexKeys => ({ gsi2pk: `${realm}#RUNNING`, gsi2sk: id }),
    runConfiguration: (id: string) => key(`RUN#${id}`, "CONFIGURATION"),
    phaseBegun: (id: string, number: number) => key(`RUN#${id}`, `BEGUN#${number}`),
    phaseDone: (id: string, phase: string) => key(`RUN#${id}`, `DONE#${phase}`),
    warning: (id: string, type: string, subject: string) => key(`RUN#${id}`, `WARNING#${type}#${subject}`),
    runComment: (id: string, postId: string, commentId: string) =>
      key(`RUN#${id}#POST#${postId}`, `COMMENT#${commentId}`),

    artifactChunk: (name: string, number: number) =>
      key(`ARTIFACT#${name}`, `CHUNK#${String(number).padStart(4, "0")}`),

    post: (id: string) => key(`POST#${id}`, "POST"),
    comment: (id: string) => key(`COMMENT#${id}`, "COMMENT"),
    author: (username: string) => key(`AUTHOR#${username}`, "AUTHOR"),
    mention: (ticker: string, day: string, commentId: string) => key(`MENTION#${ticker}`, `${day}#${commentId}`),

    signal: (id: string) => key(`SIGNAL#${id}`, "SIGNAL"),
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
    counter: (list: string) => key("COUNTER", list),
    spend: (month: string) => key("SPEND", month),

    apiKey: (digest: string): Key => ({ pk: "system#API_KEYS", sk: digest }),
    cursorSecret: (): Key => ({ pk: "system#SECRETS", sk: "CURSOR" }),
  };
}
