/** Loaded first into a child process: when its parent is gone, however that happened, the child ends at once. */
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
