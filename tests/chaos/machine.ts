import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../support/relais.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
/** How much of what it wrote is kept, for whoever asks why. */
const KEPT_CHARS = 200_000;

export interface MachineOptions {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Arguments of node itself. */
  readonly nodeArguments?: readonly string[];
  readonly readyWithinMs?: number;
}

/** A place where the real program runs, dies and is started again, always on the same port. */
export interface Machine {
  readonly url: string;
  readonly port: number;
  /** Starts the program and waits until it can take work, or until it is dead again. Adds to the environment. */
  start(env?: Readonly<Record<string, string>>): Promise<"ready" | "dead">;
  pid(): number;
  alive(): boolean;
  /** Resolves with the signal or exit code of the process that runs now. */
  ended(): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<string>;
  output(): string;
}

export const ADMIN_TOKEN = "admin-token-for-tests-0123456789";

export async function createMachine(options: MachineOptions): Promise<Machine> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  let ended: Promise<string> = Promise.resolve("never started");
  let output = "";
  const isAlive = (): boolean => child !== null && child.exitCode === null && child.signalCode === null;
  const machine: Machine = {
    url,
    port,
    async start(env = {}) {
      const started = spawn(
        process.execPath,
        [...(options.nodeArguments ?? []), join(ROOT, "engine/cli.ts"), "start"],
        {
          cwd: ROOT,
          env: {
            PATH: process.env.PATH ?? "",
            HOME: options.dataDir,
            PORT: String(port),
            HOST: "127.0.0.1",
            PUBLIC_URL: url,
            DATA_DIR: options.dataDir,
            ADMIN_TOKEN,
            LOG_LEVEL: "warn",
            DISK_RESERVE_MB: "0",
            NODE_COMPILE_CACHE: join(tmpdir(), "relais-compile-cache"),
            ...options.env,
            ...env,
          },
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
      child = started;
      const keep = (chunk: Buffer): void => {
        output = (output + chunk.toString()).slice(-KEPT_CHARS);
      };
      started.stdout.on("data", keep);
      started.stderr.on("data", keep);
      ended = new Promise((done) => started.once("exit", (code, signal) => done(signal ?? String(code))));
      const until = Date.now() + (options.readyWithinMs ?? 30_000);
      while (isAlive()) {
        const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
        if (answer?.ok) return "ready";
        if (Date.now() > until) throw new Error(`Relais was not ready in time:\n${output.slice(-4000)}`);
        await new Promise((done) => setTimeout(done, 20));
      }
      return "dead";
    },
    pid: () => child?.pid ?? 0,
    alive: isAlive,
    ended: () => ended,
    signal: (name) => void child?.kill(name),
    async kill() {
      child?.kill("SIGKILL");
      await ended;
    },
    async stop() {
      child?.kill("SIGTERM");
      return ended;
    },
    output: () => output,
  };
  return machine;
}

/** Asks the API of a machine as the administrator. */
export async function ask<T>(url: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(5000),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
