import { type IndexKeys, keyIn, ordinal } from "./key.ts";

/**
 * The paper portfolios, and what became of each prediction.
 *
 * | what              | pk                          | sk                     | index: pk / sk                              |
 * | ----------------- | --------------------------- | ---------------------- | ------------------------------------------- |
 * | applied result    | r#AUTHOR#username           | APPLIED#time#prediction |                                            |
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
 */
export function tradingKeys(realm: string) {
  const key = keyIn(realm);
  return {
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

    dailyBar: (ticker: string, day: string) => key(`PRICES#${ticker}`, day),
    evaluationPeriod: (portfolio: string, start: string) => key(`PERIODS#${portfolio}`, start),
  };
}
