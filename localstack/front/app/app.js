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

function showRuns(runs) {
  const rows = runs.map((run) => {
    const row = document.createElement("tr");
    const cells = [run.run_id ?? run.id, run.status, run.current_phase_label ?? run.progress, run.started_at];
    row.replaceChildren(...cells.map((cell) => element("td", readable(cell))));
    return row;
  });
  find("runs").replaceChildren(...rows);
}

function showProblem(error) {
  find("problem").hidden = error === undefined;
  find("problem").textContent = error?.message ?? "";
}

async function refresh() {
  try {
    const [status, runs] = await Promise.all([call("GET", "/status"), call("GET", "/runs?limit=10")]);
    showStatus(status);
    showRuns(runs);
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
