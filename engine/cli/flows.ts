import { channels } from "../../channels/registry.ts";
import type { Config } from "../config.ts";
import type { Diagnostic } from "../core/domain/diagnostic.ts";
import { bilingual } from "../core/domain/language.ts";
import { openFlowFolder } from "../flow-files.ts";
import { createLog } from "../log.ts";
import { openWorkspace } from "../main.ts";

const MARK = { error: "✗", warning: "!", info: "·" } as const;
const language = (process.env.LC_ALL ?? process.env.LANG ?? "en").slice(0, 2);

/** Says what is wrong in the flow files, with place and sentence. Ends with 1 when something forbids publishing. */
export async function flowsCheck(config: Config, names: readonly string[]): Promise<number> {
  const folder = openFlowFolder(config.flowsDir, channels, () => channels.map(({ type }) => type), null);
  const files = (await folder.list()).filter(({ id }) => names.length === 0 || names.includes(id));
  const missing = names.filter((name) => !files.some(({ id }) => id === name));
  for (const name of missing) console.error(`There is no ${name}.flow.yaml in ${config.flowsDir}.`);
  let broken = missing.length;
  for (const { id, source } of files) {
    const { ok, diagnostics } = await folder.check(id, source);
    if (!ok) broken++;
    console.log(`${ok ? "✓" : "✗"} ${id}`);
    for (const diagnostic of diagnostics) console.log(lineOf(id, diagnostic));
  }
  return broken > 0 ? 1 : 0;
}

/** Publishes flow files that check clean. A server that runs on the same PostgreSQL takes them up at once. */
export async function flowsPublish(config: Config, names: readonly string[]): Promise<number> {
  if (names.length === 0) {
    console.error("Which flow? Name it: relais flows publish boutique");
    return 2;
  }
  const log = createLog("warn", config.secretValues);
  const { store, workspace } = await openWorkspace(config, log);
  try {
    const folder = openFlowFolder(config.flowsDir, channels, () => channels.map(({ type }) => type), {
      store,
      workspaceId: workspace.id,
    });
    let failed = 0;
    for (const name of names) {
      const done = await folder.publish(name, "", "command line");
      if (done.type === "published") console.log(`✓ ${name}: version ${done.number} answers from now on`);
      else {
        failed++;
        console.log(
          done.type === "notFound"
            ? `✗ ${name}: there is no such file in ${config.flowsDir}`
            : `✗ ${name}: not published`,
        );
        if (done.type === "refused") for (const diagnostic of done.diagnostics) console.log(lineOf(name, diagnostic));
      }
    }
    return failed > 0 ? 1 : 0;
  } finally {
    await store.close();
  }
}

function lineOf(id: string, { severity, code, message, range }: Diagnostic): string {
  return `  ${MARK[severity]} ${id}.flow.yaml:${range.start.line}:${range.start.column} ${bilingual(message, language)} [${code}]`;
}
