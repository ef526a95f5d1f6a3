import { createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { channelOf, channels as knownChannels } from "../../channels/registry.ts";
import { systemClock } from "../../engine/clock.ts";
import { readConfig } from "../../engine/connect.ts";
import type { ChannelAccountId, WorkspaceId } from "../../engine/core/domain/ids.ts";
import { createFileLinks } from "../../engine/file-links.ts";
import { createFiles } from "../../engine/files.ts";
import { openFlowFolder } from "../../engine/flow-files.ts";
import { createHttp } from "../../engine/http.ts";
import { createIds } from "../../engine/ids.ts";
import { createMetrics } from "../../engine/metrics.ts";
import { createPasswords } from "../../engine/passwords.ts";
import type { Accepted, ChannelAccount, Channels, Clock, Files, Passwords, Store } from "../../engine/ports.ts";
import { createPerform } from "../../engine/provider-call.ts";
import { createSecrets } from "../../engine/secrets.ts";
import { type App, createApp } from "../../engine/server/app.ts";
import type { ServerDeps } from "../../engine/server/deps.ts";
import { openStore } from "../../engine/store/open-store.ts";
import { createTestConnection } from "../../engine/test-connection.ts";

export const ADMIN_TOKEN = "admin-token-for-tests-0123456789";
export const APP_SECRET = "app-secret-one";
export const OTHER_SECRET = "app-secret-two";
export const TWILIO_TOKEN = "twilio-auth-token";
export const TWILIO_SID = `AC${"0".repeat(32)}`;
export const PUBLIC_URL = "https://relais.example.com";

/** The server over a real SQLite database and a folder of flows, without a worker. */
export interface TestApp {
  readonly app: App;
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  readonly files: Files;
  readonly workspaceId: WorkspaceId;
  /** Two WhatsApp numbers, the Twilio number, the web chat. */
  readonly accountIds: readonly ChannelAccountId[];
  readonly flowsDir: string;
  /** What every route of the server is made with. */
  readonly deps: ServerDeps;
  /** The SQLite file. */
  readonly databaseFile: string;
  readonly accepted: Accepted[];
  readonly logged: string[];
  /** Whether the process takes work. */
  setReady(ready: boolean): void;
  /** Asks the API; with the token of the administrator unless told otherwise. */
  ask(path: string, init?: RequestInit & { readonly token?: string | null }): Promise<Response>;
  /** A second server on the same database, for another workspace. */
  neighbour(): App;
  close(): Promise<void>;
}

export async function startTestApp(
  options: {
    readonly clock?: Clock;
    readonly broken?: Partial<Store>;
    readonly passwords?: Passwords;
    readonly providerUrl?: string;
  } = {},
): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), "relais-app-"));
  const flowsDir = join(folder, "flows");
  const clock = options.clock ?? systemClock;
  const ids = createIds(clock);
  const real = await openStore({
    databaseUrl: join(folder, "relais.db"),
    clock,
    ids,
    processId: "test",
    secrets: createSecrets(Buffer.alloc(32, 7)),
    capabilitiesOf: (type) => channelOf(type).capabilities,
    readConfig: (type, config) => readConfig(knownChannels, type, config),
  });
  const store: Store = { ...real, ...options.broken };
  mkdirSync(flowsDir);
  writeFileSync(join(flowsDir, "hello.flow.yaml"), FLOW);
  const workspace = await store.workspaces.first({
    name: "Boulangerie",
    languages: ["fr"],
    country: "FR",
    timeZone: "Europe/Paris",
    currency: "EUR",
    hours: { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [], holidays: [] },
    sentences: {},
    botEnabled: true,
    burstWindowMs: 0,
  });
  await connect(store, workspace.id);
  const readAccounts = async (): Promise<readonly ChannelAccount[]> =>
    (await store.accounts.all()).filter(({ status }) => status !== "broken");
  let accounts = await readAccounts();
  store.onChange((change) => {
    if (change.type !== "accounts") return;
    void readAccounts().then((all) => {
      accounts = all;
    });
  });
  // The real thing with the least work.
  const passwords = options.passwords ?? createPasswords({ memory: 64, passes: 1, parallelism: 1 });
  const logged: string[] = [];
  const accepted: Accepted[] = [];
  let ready = true;
  const write = (message: string, facts: unknown = {}): void => {
    logged.push(`${message} ${JSON.stringify(facts)}`);
  };
  const channels: Channels = {
    all: knownChannels as never,
    of: channelOf,
    baseUrl: () => options.providerUrl ?? "http://127.0.0.1:1",
  };
  const files = createFiles(join(folder, "media"));
  const depsFor = (workspaceId: WorkspaceId): ServerDeps => ({
    store,
    channels,
    accounts: () => accounts,
    reloadAccounts: async () => {
      accounts = await readAccounts();
    },
    testConnection: createTestConnection({
      channels,
      perform: createPerform(createHttp({ allowPrivate: [] }), createFiles(join(folder, "media")), 2000),
      clock,
      publicUrl: PUBLIC_URL,
    }),
    clock,
    ids,
    files,
    passwords,
    fileLinks: createFileLinks(Buffer.alloc(32, 7), PUBLIC_URL, () => clock.now()),
    log: { error: write, warn: write },
    metrics: createMetrics(() => store.operations.gauges()),
    flows: openFlowFolder(flowsDir, knownChannels, () => ["whatsapp", "sms", "web"], { store, workspaceId }),
    accepted: (one) => accepted.push(one),
    ready: () => ready,
    settings: {
      publicUrl: PUBLIC_URL,
      adminToken: ADMIN_TOKEN,
      signingKey: "signing-key-for-tests",
      workspaceId,
      version: "0.0.0",
      assistant: "builtin",
      hasBackupNumber: false,
      trustedProxies: [],
      metricsPath: "/metrics",
      pagesDir: join(folder, "pages"),
    },
  });
  const deps = depsFor(workspace.id);
  const app = createApp(deps);
  const port = await app.listen(0, "127.0.0.1");
  const url = `http://127.0.0.1:${port}`;
  return {
    app,
    url,
    port,
    store,
    files,
    workspaceId: workspace.id,
    accountIds: accounts.map(({ id }) => id),
    flowsDir,
    deps,
    databaseFile: join(folder, "relais.db"),
    accepted,
    logged,
    setReady(next) {
      ready = next;
    },
    ask(path, { token = ADMIN_TOKEN, ...init } = {}) {
      const headers = new Headers(init.headers);
      if (token !== null) headers.set("authorization", `Bearer ${token}`);
      return fetch(`${url}${path}`, { ...init, headers });
    },
    neighbour: () => createApp(depsFor("wsp_neighbour" as WorkspaceId)),
    async close() {
      await app.close();
      await real.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Two WhatsApp numbers of two apps, a Twilio number, the web chat. */
async function connect(store: Store, workspaceId: WorkspaceId): Promise<void> {
  const whatsapp = (phoneNumberId: string, appSecret: string) => ({
    channel: "whatsapp" as const,
    name: `number ${phoneNumberId}`,
    address: phoneNumberId,
    config: {
      phoneNumberId,
      businessAccountId: "99",
      accessToken: "access-token-canary",
      appSecret,
      verifyToken: "verify-me",
      graphVersion: "v25.0",
      messagesPerSecond: 80,
    },
    secretFields: ["accessToken", "appSecret", "verifyToken"],
  });
  await store.accounts.save(workspaceId, whatsapp("100100", APP_SECRET));
  await store.accounts.save(workspaceId, whatsapp("200200", OTHER_SECRET));
  await store.accounts.save(workspaceId, {
    channel: "sms",
    name: "default",
    address: `${TWILIO_SID}/+15550100`,
    config: { accountSid: TWILIO_SID, authToken: TWILIO_TOKEN, from: "+15550100" },
    secretFields: ["authToken"],
  });
  await store.accounts.save(workspaceId, {
    channel: "web",
    name: "default",
    address: "web",
    config: channelOf("web").account.parse({ title: "Boulangerie" }) as never,
    secretFields: [],
  });
}

/** A delivery of WhatsApp with one text message, as Meta sends it. */
export function whatsappText(
  message: { readonly id?: string; readonly text?: string; readonly from?: string; readonly to?: string } = {},
): string {
  const { id = "wamid.1", text = "Bonjour", from = "33639980001", to = "100100" } = message;
  return JSON.stringify({
    object: "whatsapp_business_account",
    entry: [
      {
        id: "99",
        changes: [
          {
            field: "messages",
            value: {
              messaging_product: "whatsapp",
              metadata: { display_phone_number: "33639980000", phone_number_id: to },
              contacts: [{ profile: { name: "Camille Exemple" }, wa_id: from }],
              messages: [
                { from, id, timestamp: String(Math.floor(Date.now() / 1000)), type: "text", text: { body: text } },
              ],
            },
          },
        ],
      },
    ],
  });
}

/** Meta's signature over the very bytes. */
export function metaSignature(body: string | Uint8Array, secret = APP_SECRET): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** Twilio's signature over the URL as it is configured and the parameters. */
export function twilioSignature(url: string, params: Readonly<Record<string, string>>, token = TWILIO_TOKEN): string {
  const text = Object.keys(params)
    .sort()
    .reduce((sum, name) => sum + name + params[name], url);
  return createHmac("sha1", token).update(text).digest("base64");
}

/** A flow that says good day and ends. */
export const FLOW = `# kept as it is
flow: hello
languages: [fr]
triggers:
  - { on: message }
start: greeting
nodes:
  greeting:
    type: say
    text: Bonjour !
    exits: { next: bye }
  bye: { type: end }
`;
