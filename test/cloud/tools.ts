import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** The programs of this machine that the cloud suites stand on. */
export interface Tools {
  /** A Python of 3.13 or newer. */
  python: string;
  /** The folder of a JDK of 17 or newer. */
  javaHome: string;
  maven: string;
}

/** The tools, or in words what is missing. */
export function findTools(): Tools | { missing: string[] } {
  const python = findPython();
  const javaHome = findJdk();
  const maven = says("mvn", "--version") === undefined ? undefined : "mvn";
  if (python && javaHome && maven) return { python, javaHome, maven };
  return {
    missing: [
      ...(python ? [] : ["Python 3.13 or newer (PYTHON names it)"]),
      ...(javaHome ? [] : ["a JDK of 17 or newer (JAVA_HOME names it)"]),
      ...(maven ? [] : ["mvn"]),
    ],
  };
}

/** Where the suites keep what they install, outside of the tree and between runs: `CLOUD_CACHE`, else the user's cache. */
export function cacheFolder(name: string): string {
  const folder = join(process.env.CLOUD_CACHE ?? join(homedir(), ".cache/wsb-signals"), name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function findPython(): string | undefined {
  const managed = globSync(join(homedir(), ".pyenv/versions/3.1[3-9]*/bin/python"));
  const candidates = [process.env.PYTHON ?? "", ...managed, "python3.13", "python3"];
  return candidates.find(
    (candidate) => candidate !== "" && atLeast(says(candidate, "--version"), /Python (\d+)\.(\d+)/, [3, 13]),
  );
}

function findJdk(): string | undefined {
  const onPath = says("sh", "-c", "command -v javac")?.trim();
  const candidates = [process.env.JAVA_HOME ?? "", onPath ? dirname(dirname(realpathSync(onPath))) : ""];
  return candidates.find(
    (home) => home !== "" && atLeast(says(join(home, "bin/javac"), "-version"), /javac (\d+)\.(\d+)/, [17, 0]),
  );
}

function atLeast(said: string | undefined, pattern: RegExp, [major, minor]: readonly [number, number]): boolean {
  const [, foundMajor = 0, foundMinor = 0] = said?.match(pattern)?.map(Number) ?? [];
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}

/** What a program prints; undefined where it is not there or fails. */
function says(program: string, ...args: string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  return status === 0 ? stdout + stderr : undefined;
}
