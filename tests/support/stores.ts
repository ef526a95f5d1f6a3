import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { channelOf } from "../../channels/registry.ts";
import type { ChannelAccountId, WorkspaceId } from "../../engine/core/domain/ids.ts";
import type { InboundEvent } from "../../engine/core/domain/inbound-event.ts";
import type { InboundContent } from "../../engine/core/domain/message.ts";
import type { Workspace } from "../../engine/core/domain/workspace.ts";
import type { Decision, StepInput } from "../../engine/core/run/decision.ts";
import { createIds } from "../../engine/ids.ts";
import type { Accepted, Delivery, Store } from "../../engine/ports.ts";
import { createSecrets } from "../../engine/secrets.ts";
import { openStore } from "../../engine/store/open-store.ts";
import type { StatementHook } from "../../engine/store/sqlite.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";

const DEFAULTS: Omit<Workspace, "id"> = {
  name: "Test",
  languages: ["fr", "en"],
  country: "FR",
  timeZone: "Europe/Paris",
  currency: "EUR",
  hours: { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [], holidays: [] },
  sentences: {},
  botEnabled: true,
  burstWindowMs: 0,
};

/** A store with one workspace and one WhatsApp number, its clock in the test's hand. */
export interface TestStore {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly workspaceId: WorkspaceId;
  readonly accountId: ChannelAccountId;
  /** The same database, opened by a process that starts anew. */
  readonly reopen: () => Promise<TestStore>;
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  readonly onStatement?: StatementHook;
  readonly clock?: FakeClock;
  readonly databaseUrl?: string;
}

/** Opens a SQLite file that is the test's own, or the PostgreSQL database at `url`. */
export async function openTestStore(url: string | null, options: OpenOptions = {}): Promise<TestStore> {
  const folder =
    url === null && options.databaseUrl === undefined ? mkdtempSync(join(tmpdir(), "relais-store-")) : null;
  const databaseUrl = options.databaseUrl ?? url ?? join(folder ?? "", "relais.db");
  const clock = options.clock ?? fakeClock();
  const store = await openStore({
    databaseUrl,
    clock,
    ids: createIds(clock),
    processId: randomUUID(),
    secrets: createSecrets(Buffer.alloc(32, 7)),
    capabilitiesOf: (type) => channelOf(type).capabilities,
    ...(options.onStatement ? { onStatement: options.onStatement } : {}),
  });
  const workspace = await store.workspaces.first(DEFAULTS);
  const accountId = await store.accounts.save(workspace.id, {
    channel: "whatsapp",
    name: "default",
    address: "100000000000001",
    config: { phoneNumberId: "100000000000001", accessToken: "canary-7f3a-token" },
    secretFields: ["accessToken"],
  });
  await store.accounts.all();
  return {
    store,
    clock,
    workspaceId: workspace.id,
    accountId,
    async reopen() {
      await store.close();
      return openTestStore(url, { clock, databaseUrl });
    },
    async close() {
      await store.close();
      if (folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

let deliveries = 0;

/** What the contact says, as a delivery of the provider. */
export function delivery(
  test: TestStore,
  externalId: string,
  content: InboundContent,
  more: { readonly from?: string; readonly at?: string } = {},
): Delivery {
  const event: InboundEvent = {
    type: "message",
    accountId: test.accountId,
    dedupeKey: externalId,
    externalId,
    at: more.at ?? new Date(test.clock.now()).toISOString(),
    from: { identities: [{ kind: "phone", value: more.from ?? "+33639980001" }], name: "Léa Martin" },
    content,
  };
  return deliveryOf(test, [event]);
}

export function deliveryOf(test: TestStore, events: readonly InboundEvent[]): Delivery {
  return {
    id: `dlv_${++deliveries}_${randomUUID()}` as Delivery["id"],
    channel: "whatsapp",
    receivedAt: new Date(test.clock.now()).toISOString(),
    headers: {},
    body: new TextEncoder().encode(JSON.stringify(events)),
    events,
    setAside: [],
  };
}

export function say(
  test: TestStore,
  externalId: string,
  text: string,
  more: { readonly from?: string; readonly at?: string } = {},
): Promise<Accepted> {
  return test.store.inbox.accept(delivery(test, externalId, { type: "text", text }, more));
}

/** A decision that answers with these texts. */
export function answering(...texts: readonly string[]): (input: StepInput) => Decision {
  return () => ({
    ...NOTHING,
    outcome: "moved",
    effects: texts.map((text) => ({ type: "send", content: { type: "text", text }, author: "bot", node: "greeting" })),
  });
}

export const NOTHING: Decision = {
  conversation: {},
  contact: null,
  run: { type: "unchanged" },
  effects: [],
  timers: [],
  notes: [],
  cancelSends: false,
  path: [],
  outcome: "ignored",
};
export const yes = (): boolean => true;
export const no = (): boolean => false;
