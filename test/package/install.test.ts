import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

// Two packages report each installation to their authors unless package.json says no, where the reporter reads it.
// The reporter gives npm three seconds to list packages, which a busy machine may not keep: then it has read nothing.
it("an installation is reported to nobody", { timeout: 60_000, retry: 5 }, async () => {
  let reports = 0;
  const reportedTo = createServer((request, response) => {
    reports++;
    request.resume().once("end", () => response.end());
  });
  reportedTo.listen(0, "127.0.0.1");
  await once(reportedTo, "listening");
  const { port } = reportedTo.address() as { port: number };
  try {
    const reporter = spawn(process.execPath, ["node_modules/@scarf/scarf/report.js"], {
      cwd: root,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, INIT_CWD: root, SCARF_LOCAL_PORT: `${port}`, SCARF_VERBOSE: "true" },
    });
    let said = "";
    reporter.stderr.on("data", (chunk) => {
      said += chunk;
    });
    await once(reporter, "close");
    expect(said).toContain("disabled via a package.json");
    expect(reports).toBe(0);
  } finally {
    reportedTo.close();
  }
});
