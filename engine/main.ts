import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { channelOf, channels as knownChannels } from "../channels/registry.ts";
import { createAssistant } from "./assistant/assistant.ts";
import { assistantProviders } from "./assistant/providers.ts";
import { parseCatalogue } from "./catalogue.ts";
import { systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { connectAccounts, readConfig } from "./connect.ts";
import type { ChannelType } from "./core/domain/channel.ts";
import type { Workspace } from "./core/domain/workspace.ts";
import { performEffect } from "./effects/registry.ts";
import { createFailpoints, type Failpoints } from "./failpoints.ts";
import { createFileLinks } from "./file-links.ts";
import { createFiles } from "./files.ts";
import { openFirstOwner } from "./first-owner.ts";
import { openFlowFolder } from "./flow-files.ts";
import { createHttp } from "./http.ts";
import { createIds } from "./ids.ts";
import { createLog, type Log } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { createPasswords } from "./passwords.ts";
import type { ChannelAccount, Channels, Store } from "./ports.ts";
import { openPostOffice } from "./post-office.ts";
import { createPerform } from "./provider-call.ts";
import { createReceiveAside } from "./receive-aside.ts";
import { createSecrets, dropKey, findKey, keptSecret, loadKey, signingKey, WrongKeyError } from "./secrets.ts";
import { createApp } from "./server/app.ts";
import { openStore } from "./store/open-store.ts";
import { holdStart } from "./store/start-lock.ts";
import { createTestConnection } from "./test-connection.ts";
import { createBreaker } from "./worker/breaker.ts";
import { watchClock } from "./worker/clock-watch.ts";
import { startCounting } from "./worker/counting.ts";
import { createLibrary } from "./worker/library.ts";
import { createPacer } from "./worker/pacer.ts";
import { createPressure } from "./worker/pressure.ts";
import { startPurge } from "./worker/purge.ts";
import { createReconciler } from "./worker/reconcile.ts";
import { send } from "./worker/send.ts";
import { createWorker } from "./worker/worker.ts";

const VERSION = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { readonly version: string }
).version;
const PAGES = fileURLToPath(new URL("../editor/dist", import.meta.url));
/** A running request may still end; then what is left is recorded by the next start. */
const STOP_MS = 20_000;

/** Somebody looks at the screen and waits. */
const TEST_MS = 10_000;

/** The running program. */
export interface Running {
  readonly url: string;
  readonly adminTokenFile: string | null;
  /** With it the first account is made; null: there is one. */
  readonly setupUrl: string | null;
  /** No new work, the work under way is recorded, everything closed (C-11). */
  stop(): Promise<void>;
}

/** What commands and the server share: the database and who owns it. */
export async function openWorkspace(
  config: Config,
  log: Log,
  failing: Failpoints | null = null,
): Promise<{ readonly store: Store; readonly workspace: Workspace }> {
  const ids = createIds(systemClock);
  const known = findKey(config.secretKey, config.dataDir);
  const opened = await openStore({
    databaseUrl: config.databaseUrl,
    clock: systemClock,
    ids,
    processId: randomUUID(),
    unknownWaitMs: config.unknownWaitMs,
    reserveBytes: config.reserveBytes,
    secrets: createSecrets(known ?? loadKey(config.secretKey, config.dataDir)),
    capabilitiesOf: (type, account) => {
      const channel = channelOf(type);
      return (account !== undefined && channel.capabilitiesFor?.(account)) || channel.capabilities;
    },
    readConfig: (type, config) => readConfig(knownChannels, type, config),
    log: (message) => log.warn(message),
    ...(failing ? { around: failing.database } : {}),
  }).catch((error: unknown) => {
    if (!known && error instanceof WrongKeyError) dropKey(config.dataDir);
    throw error;
  });
  const store = failing ? failing.store(opened) : opened;
  const days = ["09:00-12:30", "14:00-19:00"];
  const first = await store.workspaces.first({
    name: config.workspaceName,
    languages: ["fr", "en"],
    country: config.country,
    timeZone: config.timeZone,
    currency: "EUR",
    hours: {
      mon: days,
      tue: days,
      wed: days,
      thu: days,
      fri: days,
      sat: ["09:00-19:00"],
      sun: [],
      holidays: ["01-01", "05-01", "12-25"],
    },
    sentences: {},
    botEnabled: true,
    burstWindowMs: config.burstWindowMs,
  });
  const wanted = {
    name: config.workspaceName,
    country: config.country,
    timeZone: config.timeZone,
    burstWindowMs: config.burstWindowMs,
  };
  const same = Object.entries(wanted).every(([key, value]) => first[key as keyof typeof wanted] === value);
  return { store, workspace: same ? first : await store.workspaces.update(first.id, wanted) };
}

/** Puts everything together and starts it: the only place that knows all parts. */
export async function startRelais(config: Config): Promise<Running> {
  const keptToken = config.adminToken === undefined;
  const adminToken = config.adminToken ?? keptSecret(config.dataDir, "admin-token");
  const log = createLog(config.logLevel, [...config.secretValues, adminToken]);
  for (const note of config.notes) log.warn(note);
  const clock = systemClock;
  const ids = createIds(clock);
  const failing = config.failpoint ? createFailpoints(config.failpoint) : null;
  const letOthersStart = await holdStart(config.databaseUrl);
  const { store, workspace } = await openWorkspace(config, log, failing);
  const http = createHttp({ allowPrivate: config.httpAllowPrivate });
  const files = createFiles(join(config.dataDir, "media"));
  const fileLinks = createFileLinks(loadKey(config.secretKey, config.dataDir), config.publicUrl, () => clock.now());
  const channels: Channels = {
    all: knownChannels as Channels["all"],
    of: channelOf,
    baseUrl(type) {
      const { base } = channelOf(type);
      return base ? config.bases[base] : "";
    },
  };
  await connectAccounts(config, knownChannels, store, workspace, log);
  /** Only those that can be used; the API shows the others with what is wrong. */
  const readAccounts = async (): Promise<readonly ChannelAccount[]> =>
    (await store.accounts.all()).filter(({ status }) => status !== "broken");
  let accounts = await readAccounts();
  const reloadAccounts = async (): Promise<void> => {
    accounts = await readAccounts();
  };
  const accountById = (id: string): ChannelAccount | undefined => accounts.find((account) => account.id === id);
  const connected = (): readonly ChannelType[] => [
    ...new Set(accounts.map(({ channel }) => channel).filter((type) => !channelOf(type).capabilities.oneWay)),
  ];
  const flows = openFlowFolder(config.flowsDir, knownChannels, connected, { store, workspaceId: workspace.id });
  await seed(config, store, workspace, flows, log);
  const passwords = createPasswords();
  const setupUrl = await openFirstOwner(config, { store, workspace, passwords, clock, ids });
  await letOthersStart();

  const providers = await assistantProviders(config, http);
  const metrics = createMetrics(
    () => store.operations.gauges(),
    () => store.operations.room(),
  );
  const stopWatching = watchClock({
    store,
    clock,
    log: (message) => log.warn(message),
    running: () => performance.now(),
  });
  const pressure = createPressure({ store, clock, log: (message) => log.warn(message) });
  const postOffice = openPostOffice({
    http,
    files,
    clock,
    allowed: [...config.httpAllowPrivate, ...mailHosts(config)],
  });
  const perform = postOffice.perform(createPerform(http, files));
  const sendDeps = {
    store,
    channels,
    perform: failing ? failing.perform(perform) : perform,
    clock,
    pacer: createPacer(),
    breaker: createBreaker(),
    publicUrl: config.publicUrl,
    fileLinks,
    unknownWaitMs: config.unknownWaitMs,
    random: Math.random,
  };
  const llm = createAssistant(providers, { breaker: createBreaker(), clock });
  const effectSettings = {
    publicUrl: config.publicUrl,
    backupNumber: config.backupNumber,
    backupTemplate: config.backupTemplate,
    dailyTokens: config.dailyTokens,
    conversationTokens: config.conversationTokens,
    webhookSecret: keptSecret(config.dataDir, "webhook-secret"),
  };
  const worker = createWorker({
    ...sendDeps,
    log,
    metrics,
    library: createLibrary(store),
    pressure: pressure.now,
    account: accountById,
    unknown: (accountId) => reconciler.unknown(accountId),
    reloadAccounts: async () => {
      await reloadAccounts();
      mailWatch.reconcile();
    },
    performEffect: async (claimed, effect) => {
      const account = accountById(claimed.accountId);
      if (effect.type === "answer") showTyping(account, claimed.workspaceId, claimed.conversationId, claimed.recipient);
      return performEffect(
        effect,
        {
          claimed,
          workspace,
          account,
          store,
          http,
          llm,
          files,
          channels,
          clock,
          ids,
          settings: effectSettings,
          accounts: () => accounts,
          call: sendDeps.perform,
          deliver: async (to, identity, content) => {
            const end = await send(sendDeps, {
              effectId: claimed.id,
              conversationId: identity.value,
              account: to,
              recipient: [identity],
              content,
              attempt: claimed.attempt,
            });
            if (end.type === "done") return { ok: true };
            return {
              ok: false,
              error: end.type === "unknown" ? { code: "unknownOutcome", detail: end.detail } : (end.error as never),
            };
          },
        },
        clock,
      );
    },
  });
  const aside = createReceiveAside();
  const mailWatch = postOffice.watch({
    store,
    files,
    clock,
    ids,
    log,
    receive: aside.receive,
    accounts: () => accounts,
    accepted: (accepted) => worker.accepted(accepted),
    sourceOf: ({ channel, config: values }) => channelOf(channel).mailbox?.(values) ?? null,
    random: Math.random,
  });
  const reconciler = createReconciler({
    store,
    channels,
    accounts: () => accounts,
    perform: sendDeps.perform,
    clock,
    ids,
    log,
    accepted: (accepted) => worker.accepted(accepted),
    unknownWaitMs: config.unknownWaitMs,
  });
  /** The contact sees that an answer is being written; nothing depends on it. */
  function showTyping(
    account: ChannelAccount | undefined,
    workspaceId: typeof workspace.id,
    conversationId: Parameters<Store["conversations"]["get"]>[1],
    recipient: Parameters<typeof send>[1]["recipient"],
  ): void {
    const channel = account && channelOf(account.channel);
    if (!account || !channel?.typing || !channel.capabilities.typing) return;
    void store.conversations
      .get(workspaceId, conversationId)
      .then(async (conversation) => {
        const last = conversation?.lastInboundExternalId;
        const calls = last ? (channel.typing?.({ identities: recipient }, account, last) ?? []) : [];
        for (const call of calls) await sendDeps.perform(call, channels.baseUrl(account.channel));
      })
      .catch((error: unknown) => log.debug("typing could not be shown", { error: String(error) }));
  }

  let ready = true;
  const app = createApp({
    store,
    channels,
    accounts: () => accounts,
    reloadAccounts,
    testConnection: createTestConnection({
      channels,
      perform: postOffice.perform(createPerform(http, files, TEST_MS)),
      clock,
      publicUrl: config.publicUrl,
    }),
    clock,
    ids,
    files,
    passwords,
    fileLinks,
    log,
    metrics,
    flows,
    accepted(accepted) {
      failing?.pass("webhook.stored");
      worker.accepted(accepted);
    },
    missed: () => reconciler.missed(),
    ready: () => ready,
    pressure: pressure.now,
    settings: {
      publicUrl: config.publicUrl,
      adminToken,
      signingKey: signingKey(loadKey(config.secretKey, config.dataDir)),
      workspaceId: workspace.id,
      version: VERSION,
      assistant: providers[0]?.name ?? "builtin",
      hasBackupNumber: config.backupNumber !== undefined,
      trustedProxies: config.trustedProxies,
      metricsPath: config.metrics.enabled ? config.metrics.path : null,
      pagesDir: PAGES,
    },
  });
  await worker.start();
  mailWatch.reconcile();
  reconciler.start();
  const stopCounting = startCounting({ store, clock, log });
  const stopPurge = startPurge({ store, clock, log, metrics, keep: config.keep });
  const port = await app.listen(config.port, config.host).catch(async (error: unknown) => {
    await store.close();
    const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    throw taken
      ? new Error(`Port ${config.port} is taken by another program: stop it, or set PORT to another number.`)
      : error;
  });
  return {
    url: `http://localhost:${port}`,
    setupUrl,
    adminTokenFile: keptToken ? join(config.dataDir, "admin-token") : null,
    async stop() {
      ready = false;
      pressure.stop();
      stopWatching();
      await Promise.race([
        Promise.all([
          Promise.all([mailWatch.stop(), reconciler.stop()]).then(() => worker.stop()),
          stopPurge(),
          stopCounting(),
          app.close(),
        ]),
        new Promise<void>((done) => setTimeout(done, STOP_MS).unref()),
      ]);
      postOffice.close();
      await aside.close();
      await store.close();
    },
  };
}

/** Mail servers that the operator named in the environment: they may be on private addresses. */
function mailHosts({ email }: Config): readonly string[] {
  const { imapHost, smtpHost } = (email?.values ?? {}) as { readonly imapHost?: string; readonly smtpHost?: string };
  return [imapHost, smtpHost].filter((host) => host !== undefined);
}

/** A first start finds flows to answer with and products to show; later starts change nothing that people may have changed. */
async function seed(
  config: Config,
  store: Store,
  workspace: Workspace,
  flows: ReturnType<typeof openFlowFolder>,
  log: Log,
): Promise<void> {
  const published = (await store.flows.current()).filter(({ workspaceId }) => workspaceId === workspace.id);
  if (published.length === 0) {
    for (const { id } of await flows.list()) {
      const done = await flows.publish(id, "first start", "relais");
      if (done.type === "refused")
        log.warn("a flow file has errors and was not published", {
          flow: id,
          problem: done.diagnostics[0]?.message.en ?? "",
        });
    }
  }
  const catalogue = join(config.flowsDir, "boutique.catalogue.csv");
  if ((await store.shop.countProducts(workspace.id)) > 0 || !existsSync(catalogue)) return;
  const { products, problems } = parseCatalogue(readFileSync(catalogue, "utf8"));
  for (const { line, message } of problems) log.warn("a line of the catalogue cannot be used", { line, message });
  await store.shop.saveProducts(workspace.id, products);
}
