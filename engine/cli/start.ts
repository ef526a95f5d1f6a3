import type { Config } from "../config.ts";
import { startRelais } from "../main.ts";
import { releaseMemory } from "../memory.ts";
import { watchMainThread } from "../watchdog.ts";

/** Answers customers until it is told to stop. A second signal ends it at once. */
export async function start(config: Config): Promise<number> {
  const stopWatching = process.execArgv.some((argument) => argument.startsWith("--inspect"))
    ? () => {}
    : watchMainThread();
  const running = await startRelais(config);
  releaseMemory();
  console.log(`Relais answers at ${running.url}`);
  if (running.setupUrl) console.log(`Make your account: ${running.setupUrl}`);
  if (running.adminTokenFile) console.log(`The API token is in ${running.adminTokenFile}`);
  await new Promise<void>((done) => {
    let stopping = false;
    const stop = (): void => {
      if (stopping) process.exit(1);
      stopping = true;
      done();
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
  await running.stop();
  stopWatching();
  // Pooled connections to providers would keep the process for a while; everything is recorded.
  process.exit(0);
}
