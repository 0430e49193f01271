// A plain page until there is a dashboard. Every text goes through textContent, so nothing can become markup.
const find = (id) => document.getElementById(id);
const remembered = "wsb-signals-api-key";

async function call(method, path) {
  const key = sessionStorage.getItem(remembered);
  if (!key) throw new Error("Enter the API key that the console of npm start shows.");
  const response = await fetch(path, { method, headers: { "x-api-key": key } });
  const body = await response.json();
  if (!response.ok) throw new Error(body.error?.message ?? `The API answered ${response.status}.`);
  return body.data;
}

function element(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

function readable(value) {
  if (value === null || value === undefined) return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function showStatus(status) {
  const rows = Object.entries(status).flatMap(([name, value]) => [
    element("dt", name.replaceAll("_", " ")),
    element("dd", readable(value)),
  ]);
  find("status").replaceChildren(...rows);
}

function showRows(id, items, cellsOf) {
  const rows = items.map((item) => {
    const row = document.createElement("tr");
    row.replaceChildren(...cellsOf(item).map((cell) => element("td", readable(cell))));
    return row;
  });
  find(id).replaceChildren(...rows);
}

const runCells = (run) => [run.id, run.status, run.current_phase_label, run.signals_created, run.started_at];

const signalCells = (signal) => [
  signal.signal_date,
  signal.ticker,
  signal.signal_type,
  signal.prediction,
  signal.confidence.toFixed(2),
  signal.comment_count,
  signal.is_emergence ? "new" : "",
];

function showProblem(error) {
  find("problem").hidden = error === undefined;
  find("problem").textContent = error?.message ?? "";
}

async function refresh() {
  try {
    const paths = ["/status", "/signals?limit=20", "/runs?limit=10"];
    const [status, signals, runs] = await Promise.all(paths.map((path) => call("GET", path)));
    showStatus(status);
    showRows("signals", signals, signalCells);
    showRows("runs", runs, runCells);
    showProblem();
  } catch (error) {
    showProblem(error);
  }
}

find("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(remembered, find("key").value.trim());
  find("key").value = "";
  refresh();
});

find("start").addEventListener("click", async () => {
  try {
    await call("POST", "/analyze");
    await refresh();
  } catch (error) {
    showProblem(error);
  }
});

refresh();
setInterval(() => sessionStorage.getItem(remembered) && refresh(), 3_000);
