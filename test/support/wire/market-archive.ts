import { addDays } from "../../../lib/runtime/dates.ts";

// The files of a market archive: Otter Works (OTTR) with candles, Heron Holdings (HERN) by its days, and the index by
// its closes. All prices are made up.

const firstDay = "2020-12-01";
/** The archive fills weekends and holidays with the price of the day before, and no volume. */
const holidays = ["2020-12-25", "2021-01-01", "2021-01-18"];

/** The week that the tests look at. */
const lastWeek = `OTTR,2021-01-25,30,33,29,32,900
OTTR,2021-01-26,32,48,31,47,2000
OTTR,2021-01-27,58,64,40,56,3000
OTTR,2021-01-28,44,80,20,32,2500
OTTR,2021-01-29,60,68,50,54,1500
HERN,2021-01-25,8,8.25,7.75,8,100
HERN,2021-01-26,8,8.5,8,8.25,100
HERN,2021-01-27,9,9.75,8.5,9.5,300
HERN,2021-01-28,9,9,7,7.25,300
HERN,2021-01-29,7.5,7.75,7,7.5,200
^GSPC,2021-01-25,,,,3800,9000
^GSPC,2021-01-26,,,,3810.5,9000
^GSPC,2021-01-27,,,,3700.25,9000
^GSPC,2021-01-28,,,,3790,9000
^GSPC,2021-01-29,,,,3720.75,9000
`;

/** Eight weeks before it, in which every price goes up and down by a step a day. */
function earlierDays(): string {
  const rows: string[] = [];
  let step = 0;
  for (let day = firstDay; day < "2021-01-25"; day = addDays(day, 1)) {
    const isWeekend = [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
    const isTraded = !isWeekend && !holidays.includes(day);
    if (isTraded) step++;
    const volume = isTraded ? 500 : "NA";
    const [otter, heron, index] = [24 + (step % 3), 7.5 + (step % 2) / 4, 3_750 + (step % 4) * 10];
    rows.push(`OTTR,${day},${otter},${otter + 1},${otter - 1},${otter + 0.5},${volume}`);
    rows.push(`HERN,${day},${heron},${heron + 0.25},${heron - 0.25},${heron},${volume}`);
    rows.push(`^GSPC,${day},,,,${index},${volume}`);
  }
  return rows.join("\n");
}

const daily = `symbol,date,open,high,low,close,volume\n${earlierDays()}\n${lastWeek}`;

/** New York's time. From 09:40 to 09:50 on the 27th trading was halted. */
const intraday = `symbol,time,open,high,low,close,volume
OTTR,2021-01-27 08:00:00,55,56,54,55.5,40
OTTR,2021-01-27 09:30:00,58,61,55,60,300
OTTR,2021-01-27 09:35:00,60,64,57,59,250
OTTR,2021-01-27 09:50:00,57,58,50,52,280
OTTR,2021-01-27 09:55:00,52,54,51,53.5,200
OTTR,2021-01-27 10:00:00,53.5,55,53,54,150
OTTR,2021-01-27 15:55:00,55,56.5,54.5,56,400
OTTR,2021-01-27 16:00:00,56,58,56,57,30
OTTR,2021-01-28 09:30:00,44,50,43,48,500
OTTR,2021-01-28 10:45:00,48,80,47,70,900
OTTR,2021-01-28 11:55:00,66,67,60,61,450
OTTR,2021-01-28 12:00:00,61,62,20,25,700
OTTR,2021-01-28 15:55:00,30,33,29,32,350
OTTR,2021-01-29 09:30:00,60,66,58,65,400
OTTR,2021-01-29 15:55:00,55,56,53,54,300
`;

/** By their names in the directory. */
export const marketArchiveFiles = { "daily.csv": daily, "intraday_5min.csv": intraday };

/** The trading days of the second half of January. */
export const secondHalfOfJanuary = [
  ...["2021-01-15", "2021-01-19", "2021-01-20", "2021-01-21", "2021-01-22"],
  ...["2021-01-25", "2021-01-26", "2021-01-27", "2021-01-28", "2021-01-29"],
];
