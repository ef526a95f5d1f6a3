import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Channel, ChannelType } from "./core/domain/channel.ts";
import type { WorkspaceId } from "./core/domain/ids.ts";
import type { CheckContext } from "./core/flow/checks/check.ts";
import { checkFlow } from "./core/flow/checks/registry.ts";
import { NAME } from "./core/flow/document.ts";
import { type ParsedFlow, parseFlow } from "./core/flow/parse.ts";
import { parsePlaybook } from "./core/playbook/playbook.ts";
import { createFlowWatch } from "./flow-watch.ts";
import type { CheckedFlow, FlowFile, FlowFolder, Store } from "./ports.ts";
import { etagOf } from "./server/etag.ts";

const ENDING = ".flow.yaml";
const PLAYBOOK_ENDING = ".playbook.yaml";
const TEMPLATES = fileURLToPath(new URL("../flows/templates", import.meta.url));

/** The flow files of a folder: drafts, until they are published. Names come from outside, so only plain ones are files. */
export function openFlowFolder(
  folder: string,
  channels: readonly Channel[],
  connected: () => readonly ChannelType[],
  target: { readonly store: Pick<Store, "flows">; readonly workspaceId: WorkspaceId } | null,
): FlowFolder {
  const list = () => filesOf(folder);
  const watching = createFlowWatch(
    folder,
    async () => new Map((await list()).map(({ id, source }) => [id, etagOf(source)])),
  );
  const parsed = keptParses();
  const checks = new Map<string, { readonly key: string; readonly checked: CheckedFlow }>();
  let last: Promise<unknown> = Promise.resolve();

  const check = async (id: string | null, source: string): Promise<CheckedFlow> => {
    const own = parsed(id ?? "", source, id === null ? {} : { file: id });
    const others = (await list()).filter((file) => file.id !== (id ?? own.document?.flow));
    const types = new Set(connected());
    const playbooks = await namesIn(folder, PLAYBOOK_ENDING);
    const key = etagOf(JSON.stringify([source, others.map((file) => file.source), [...types], playbooks]));
    const known = checks.get(id ?? "");
    if (known?.key === key) return known.checked;
    const context: CheckContext = {
      channels: channels
        .filter(({ type }) => types.has(type))
        .map(({ type, label, capabilities }) => ({ type, label, capabilities })),
      flows: others.flatMap((file) => parsed(file.id, file.source, { file: file.id }).document ?? []),
      templates: null,
      playbooks,
    };
    const diagnostics = [...own.diagnostics, ...(own.document ? checkFlow(own, context) : [])];
    const ok = own.document !== null && diagnostics.every(({ severity }) => severity !== "error");
    const checked = { ok, diagnostics, document: own.document };
    checks.set(id ?? "", { key, checked });
    return checked;
  };
  const publishText: FlowFolder["publishText"] = async (id, { source, playbook }, note, by) => {
    if (target === null) return { type: "notFound" };
    const { ok, diagnostics } = await check(id, source);
    if (!ok) return { type: "refused", diagnostics };
    const broken = playbook === null ? [] : parsePlaybook(playbook).diagnostics;
    if (broken.length > 0) return { type: "refused", diagnostics: broken };
    const version = await target.store.flows.publish(target.workspaceId, { flow: id, source, playbook, note, by });
    return { type: "published", number: version.number, versionId: version.id };
  };
  return {
    list,
    check,
    onChange: watching.onChange,
    inTurn(change) {
      const done = last.then(change);
      last = done.catch(() => {});
      return done;
    },
    read: (id) => readNamed(folder, id, ENDING),
    readPlaybook: (id) => readNamed(folder, id, PLAYBOOK_ENDING),
    async write(id, source) {
      await writeNamed(folder, id, ENDING, source);
      await watching.wrote();
    },
    writePlaybook: (id, source) => writeNamed(folder, id, PLAYBOOK_ENDING, source),
    async remove(id) {
      if ((await readNamed(folder, id, ENDING)) === null) return false;
      await rm(join(folder, `${id}${ENDING}`));
      checks.delete(id);
      await watching.wrote();
      return true;
    },
    templates: async () =>
      Promise.all(
        (await filesOf(TEMPLATES)).map(async (file) => ({
          ...file,
          playbook: await readNamed(TEMPLATES, file.id, PLAYBOOK_ENDING),
        })),
      ),
    async publish(id, note, by) {
      const source = await readNamed(folder, id, ENDING);
      if (source === null) return { type: "notFound" };
      const { document } = await check(id, source);
      const playbook = await readNamed(folder, document?.playbook ?? id, PLAYBOOK_ENDING);
      return publishText(id, { source, playbook }, note, by);
    },
    publishText,
  };
}

/** The last parse of each file: the list of flows asks for all of them again and again. */
function keptParses() {
  const kept = new Map<string, { readonly source: string; readonly parsed: ParsedFlow }>();
  return (id: string, source: string, options: { readonly file?: string }): ParsedFlow => {
    const known = kept.get(id);
    if (known?.source === source) return known.parsed;
    const parsed = parseFlow(source, options);
    kept.set(id, { source, parsed });
    return parsed;
  };
}

async function namesIn(folder: string, ending: string): Promise<readonly string[]> {
  const files = existsSync(folder) ? await readdir(folder) : [];
  return files
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .filter((name) => NAME.test(name))
    .sort();
}

async function filesOf(folder: string): Promise<readonly FlowFile[]> {
  const found = await Promise.all(
    (await namesIn(folder, ENDING)).map(async (id) => {
      const file = join(folder, `${id}${ENDING}`);
      const [source, facts] = await Promise.all([readNamed(folder, id, ENDING), stat(file).catch(() => null)]);
      return source === null || facts === null ? [] : [{ id, source, changedAt: facts.mtime.toISOString() }];
    }),
  );
  return found.flat();
}

async function readNamed(folder: string, id: string, ending: string): Promise<string | null> {
  if (!NAME.test(id)) return null;
  return readFile(join(folder, `${id}${ending}`), "utf8").catch(() => null);
}

/** Under a name of its own first: whoever reads sees the old text or the new one, also after a power cut. */
async function writeNamed(folder: string, id: string, ending: string, source: string): Promise<void> {
  if (!NAME.test(id)) throw new Error(`${id} is not a name of a flow`);
  const file = join(folder, `${id}${ending}`);
  const part = `${file}.${randomUUID()}.part`;
  try {
    const handle = await open(part, "wx");
    try {
      await handle.writeFile(source);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
