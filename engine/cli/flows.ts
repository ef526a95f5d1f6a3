import { z } from "zod";
import { channels } from "../../channels/registry.ts";
import type { Config } from "../config.ts";
import type { Diagnostic } from "../core/domain/diagnostic.ts";
import type { FlowVersionId } from "../core/domain/ids.ts";
import { bilingual } from "../core/domain/language.ts";
import type { FlowDocument } from "../core/flow/document.ts";
import { shownOn } from "../core/flow/shown.ts";
import { openFlowFolder } from "../flow-files.ts";
import { createLog } from "../log.ts";
import { openWorkspace } from "../main.ts";
import type { PublishedFlow } from "../ports.ts";
import { ownServer } from "./own-server.ts";

const MARK = { error: "✗", warning: "!", info: "·" } as const;
const language = (process.env.LC_ALL ?? process.env.LANG ?? "en").slice(0, 2);

/** Says what is wrong in the flow files, and what a channel shows otherwise than it is drawn. Ends with 1 when something forbids publishing. */
export async function flowsCheck(config: Config, names: readonly string[]): Promise<number> {
  const folder = openFlowFolder(config.flowsDir, channels, () => channels.map(({ type }) => type), null);
  const files = (await folder.list()).filter(({ id }) => names.length === 0 || names.includes(id));
  const missing = names.filter((name) => !files.some(({ id }) => id === name));
  for (const name of missing) console.error(`There is no ${name}.flow.yaml in ${config.flowsDir}.`);
  let broken = missing.length;
  for (const { id, source } of files) {
    const { ok, diagnostics, document } = await folder.check(id, source);
    if (!ok) broken++;
    console.log(`${ok ? "✓" : "✗"} ${id}`);
    for (const diagnostic of diagnostics) console.log(lineOf(id, diagnostic));
    for (const line of document ? degradationsIn(id, document) : []) console.log(line);
  }
  return broken > 0 ? 1 : 0;
}

/** Publishes flow files that check clean: through the server that runs here, else into the database itself. */
export async function flowsPublish(config: Config, names: readonly string[]): Promise<number> {
  if (names.length === 0) {
    console.error("Which flow? Name it: relais flows publish boutique");
    return 2;
  }
  const publish = (await askServer(config)) ?? (await askDatabase(config));
  let failed = 0;
  for (const name of names) {
    const done = await publish.one(name);
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
  await publish.close();
  return failed > 0 ? 1 : 0;
}

interface Publisher {
  readonly one: (name: string) => Promise<PublishedFlow>;
  readonly close: () => Promise<void>;
}

const answer = z.looseObject({
  version: z.number().optional(),
  versionId: z.string().optional(),
  diagnostics: z.array(z.unknown()).optional(),
});

/** The server that runs on this machine publishes by itself. Null: none runs. */
async function askServer(config: Config): Promise<Publisher | null> {
  const ask = await ownServer(config);
  return (
    ask && {
      async one(name) {
        const done = await ask("POST", `/api/flows/${encodeURIComponent(name)}/publish`, { note: "command line" });
        if (!done || (done.status !== 200 && done.status !== 422)) return { type: "notFound" };
        const said = answer.parse(done.body);
        if (done.status === 200)
          return { type: "published", number: said.version ?? 0, versionId: (said.versionId ?? "") as FlowVersionId };
        return { type: "refused", diagnostics: (said.diagnostics ?? []) as Diagnostic[] };
      },
      close: async () => {},
    }
  );
}

async function askDatabase(config: Config): Promise<Publisher> {
  const { store, workspace } = await openWorkspace(config, createLog("warn", config.secretValues));
  const folder = openFlowFolder(config.flowsDir, channels, () => channels.map(({ type }) => type), {
    store,
    workspaceId: workspace.id,
  });
  return { one: (name) => folder.publish(name, "", "command line"), close: () => store.close() };
}

/** `boutique:greeting sms: 3 choix deviennent une liste numérotée…`, each once, whatever the language of the flow. */
function degradationsIn(id: string, document: FlowDocument): ReadonlySet<string> {
  return new Set(
    shownOn(document, channels).flatMap(({ node, channel, how }) =>
      how.map(({ message }) => `${id}:${node} ${channel}: ${bilingual(message, language)}`),
    ),
  );
}

function lineOf(id: string, { severity, code, message, range }: Diagnostic): string {
  return `  ${MARK[severity]} ${id}.flow.yaml:${range.start.line}:${range.start.column} ${bilingual(message, language)} [${code}]`;
}
