/** Loaded first into the local server's process. */

// When the parent is gone, however that happened, this process ends at once.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

// The server starts while the parent still finds out where everything else listens; functions look no earlier than
// their first call.
process.on("message", (variables: Record<string, string>) => {
  Object.assign(process.env, variables);
});
