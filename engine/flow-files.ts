import { existsSync } from "node:fs";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Channel, ChannelType } from "./core/domain/channel.ts";
import type { Diagnostic } from "./core/domain/diagnostic.ts";
import type { WorkspaceId } from "./core/domain/ids.ts";
import { checkFlow } from "./core/flow/checks/registry.ts";
import { type FlowDocument, NAME } from "./core/flow/document.ts";
import { parseFlow } from "./core/flow/parse.ts";
import { parsePlaybook } from "./core/playbook/playbook.ts";
import type { FlowVersion, Store } from "./ports.ts";

const ENDING = ".flow.yaml";
const PLAYBOOK_ENDING = ".playbook.yaml";

export type Published =
  | { readonly type: "published"; readonly number: number; readonly versionId: FlowVersion["id"] }
  | { readonly type: "refused"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly type: "notFound" };

/** The flow files of a folder: drafts, until they are published. Names come from outside, so only plain ones are files. */
export interface FlowFolder {
  list(): Promise<readonly { readonly id: string; readonly source: string }[]>;
  read(id: string): Promise<string | null>;
  write(id: string, source: string): Promise<void>;
  /** Parses and checks; `ok`: nothing forbids publishing. */
  check(
    id: string | null,
    source: string,
  ): Promise<{ readonly ok: boolean; readonly diagnostics: readonly Diagnostic[] }>;
  publish(id: string, note: string, by: string): Promise<Published>;
}

export function openFlowFolder(
  folder: string,
  channels: readonly Channel[],
  connected: () => readonly ChannelType[],
  target: { readonly store: Pick<Store, "flows">; readonly workspaceId: WorkspaceId } | null,
): FlowFolder {
  const names = async (ending: string): Promise<readonly string[]> => {
    const files = existsSync(folder) ? await readdir(folder) : [];
    return files
      .filter((file) => file.endsWith(ending))
      .map((file) => file.slice(0, -ending.length))
      .filter((name) => NAME.test(name))
      .sort();
  };
  const readNamed = async (id: string, ending: string): Promise<string | null> => {
    if (!NAME.test(id)) return null;
    return readFile(join(folder, `${id}${ending}`), "utf8").catch(() => null);
  };
  const list = async () => {
    const found = await Promise.all(
      (await names(ENDING)).map(async (id) => ({ id, source: await readNamed(id, ENDING) })),
    );
    return found.flatMap(({ id, source }) => (source === null ? [] : [{ id, source }]));
  };
  const check = async (id: string | null, source: string) => {
    const parsed = parseFlow(source, id === null ? {} : { file: id });
    const others = (await list()).filter((file) => file.id !== (id ?? parsed.document?.flow));
    const flows = others.flatMap((file): readonly FlowDocument[] => {
      const { document } = parseFlow(file.source);
      return document ? [document] : [];
    });
    const types = new Set(connected());
    const checked = parsed.document
      ? checkFlow(parsed, {
          channels: channels
            .filter(({ type }) => types.has(type))
            .map(({ type, label, capabilities }) => ({ type, label, capabilities })),
          flows,
          templates: null,
          playbooks: await names(PLAYBOOK_ENDING),
        })
      : [];
    const diagnostics = [...parsed.diagnostics, ...checked];
    return { ok: parsed.document !== null && diagnostics.every(({ severity }) => severity !== "error"), diagnostics };
  };
  return {
    list,
    check,
    read: (id) => readNamed(id, ENDING),
    async write(id, source) {
      if (!NAME.test(id)) throw new Error(`${id} is not a name of a flow`);
      const file = join(folder, `${id}${ENDING}`);
      await writeFile(`${file}.part`, source);
      await rename(`${file}.part`, file);
    },
    async publish(id, note, by) {
      const source = await readNamed(id, ENDING);
      if (source === null || target === null) return { type: "notFound" };
      const { ok, diagnostics } = await check(id, source);
      if (!ok) return { type: "refused", diagnostics };
      const { document } = parseFlow(source);
      const playbook = await readNamed(document?.playbook ?? id, PLAYBOOK_ENDING);
      const broken = playbook === null ? [] : parsePlaybook(playbook).diagnostics;
      if (broken.length > 0) return { type: "refused", diagnostics: broken };
      const version = await target.store.flows.publish(target.workspaceId, { flow: id, source, playbook, note, by });
      return { type: "published", number: version.number, versionId: version.id };
    },
  };
}
