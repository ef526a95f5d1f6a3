import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = new URL("../..", import.meta.url).pathname;
const READY_WITHIN_MS = 20_000;

export interface RelaisOptions {
  /** Added to an otherwise empty environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kept over restarts by whoever gives it; else a new one that `stop` removes. */
  readonly dataDir?: string;
  readonly port?: number;
}

/** The real program as its own process, on a port of this machine. */
export interface RunningRelais {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly adminToken: string;
  /** Everything that it wrote, for the message of a failing test. */
  output(): string;
  /** Resolves when the process is gone, by its own will or not. */
  readonly ended: Promise<number | null>;
  /** SIGTERM, and waits for the end. Returns the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: no time to say goodbye. */
  kill(): Promise<void>;
  /** GET with the admin token. */
  api<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: T }>;
}

/** Starts `engine/cli.ts start` and waits until it can take work. */
export async function startRelais(options: RelaisOptions = {}): Promise<RunningRelais> {
  const port = options.port ?? (await freePort());
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "relais-"));
  const adminToken = "admin-token-for-tests-0123456789";
  const url = `http://127.0.0.1:${port}`;
  const lines: string[] = [];
  const child = spawn(process.execPath, [join(ROOT, "engine/cli.ts"), "start"], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: dataDir,
      PORT: String(port),
      HOST: "127.0.0.1",
      PUBLIC_URL: url,
      DATA_DIR: dataDir,
      ADMIN_TOKEN: adminToken,
      LOG_LEVEL: "info",
      DISK_RESERVE_MB: "0",
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
  const ended = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  await ready(url, child, lines);
  const headers = { authorization: `Bearer ${adminToken}` };
  const clean = (): void => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  return {
    url,
    port,
    dataDir,
    adminToken,
    output: () => lines.join(""),
    ended,
    async stop() {
      child.kill("SIGTERM");
      const code = await ended;
      clean();
      return code;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async api<T>(path: string): Promise<T> {
      const answer = await fetch(`${url}${path}`, { headers });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    async post<T>(path: string, body?: unknown) {
      const answer = await fetch(`${url}${path}`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(body ?? {}),
      });
      const text = await answer.text();
      return { status: answer.status, body: (text ? JSON.parse(text) : null) as T };
    },
  };
}

async function ready(url: string, child: ChildProcess, lines: readonly string[]): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`Relais ended at once (${child.exitCode}):\n${lines.join("")}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  child.kill("SIGKILL");
  throw new Error(`Relais was not ready in time:\n${lines.join("")}`);
}

/** A port that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address && typeof address === "object" ? done(address.port) : failed(new Error("no port"))));
    });
  });
}

/** Tries until the check holds; fails with its last error. For what another process does in its own time. */
export async function eventually<T>(check: () => Promise<T> | T, withinMs = 10_000): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((done) => setTimeout(done, 30));
    }
  }
}
