import { channelOf, channels as knownChannels } from "../../channels/registry.ts";
import { createAssistant } from "../../engine/assistant/assistant.ts";
import { LIMITS } from "../../engine/core/domain/limits.ts";
import type { Workspace } from "../../engine/core/domain/workspace.ts";
import { decide as decideTruly } from "../../engine/core/run/decide.ts";
import type { Decision, NeedsVersions, StepInput } from "../../engine/core/run/decision.ts";
import { performEffect } from "../../engine/effects/registry.ts";
import type {
  AttemptEnd,
  ChannelAccount,
  Channels,
  Clock,
  HttpOutcome,
  HttpRequest,
  Llm,
  Store,
} from "../../engine/ports.ts";
import { createPerform } from "../../engine/provider-call.ts";
import type { ServerDeps } from "../../engine/server/deps.ts";
import { type IncomingWebhook, webhookReceiver } from "../../engine/server/webhooks.ts";
import { storeOver } from "../../engine/store/open-store.ts";
import { databaseOver } from "../../engine/store/sqlite.ts";
import { createBreaker } from "../../engine/worker/breaker.ts";
import type { Library } from "../../engine/worker/library.ts";
import { createPacer } from "../../engine/worker/pacer.ts";
import { send } from "../../engine/worker/send.ts";
import { createWorker } from "../../engine/worker/worker.ts";
import { quickLibrary } from "./library.ts";
import type { Simulation } from "./simulation.ts";
import { BACKUP_NUMBER, PUBLIC_URL, secrets } from "./world.ts";

/** One process of the engine, from its start to its death: wired as `engine/main.ts` does, over simulated ports. */
export interface Life {
  readonly name: string;
  readonly store: Store;
  readonly accounts: () => readonly ChannelAccount[];
  /** It has started and takes webhooks. */
  readonly ready: boolean;
  readonly dead: boolean;
  receive(incoming: IncomingWebhook): ReturnType<ReturnType<typeof webhookReceiver>>;
  /** What the server does with a message of the web chat. */
  said(accepted: Parameters<ServerDeps["accepted"]>[0]): void;
  /** From here on nothing of it has any effect. */
  kill(): void;
  /** Ends right after the transaction that is being committed, before anybody hears of it. */
  killAfterCommit(): void;
}

const channels: Channels = {
  all: knownChannels as Channels["all"],
  of: channelOf,
  baseUrl: (type) => (type === "sms" ? "https://twilio.example" : "https://graph.example"),
};
const LINKS: ServerDeps["fileLinks"] & { make(path: string): string } = {
  make: (path) => `${PUBLIC_URL}/files/${path}`,
  check: () => null,
};
const NEVER = new Promise<never>(() => {});

/** Starts a process. Its promise settles when it is ready; it rejects when the start failed. */
export function startLife(
  simulation: Simulation,
  name: string,
): { readonly life: Promise<Life>; readonly kill: () => void } {
  const { scheduler, random, faults } = simulation;
  let dead = false;
  let dying = false;
  let ready = false;
  const kill = (): void => {
    dead = true;
  };
  const clock: Clock = {
    now: () => simulation.wall(),
    after(delayMs, run) {
      if (dead) return () => {};
      return scheduler.after(delayMs, "timer", () => dead || run(), true);
    },
  };
  const request = (asked: HttpRequest): Promise<HttpOutcome> =>
    dead
      ? NEVER
      : new Promise((done) =>
          simulation.network.request(
            asked,
            () => dead,
            (outcome) => dead || done(outcome),
          ),
        );
  /** One turn of the database: what it commits is looked at before anybody hears of it. */
  const turn = (flush: () => void): void => {
    if (dead) return;
    flush();
    if (dying) kill();
    simulation.committed();
  };
  const database = databaseOver(simulation.db, simulation.db, {
    onStatement(sql) {
      if (dead) throw new Error("this process is dead");
      return simulation.onStatement(sql, {
        kill,
        killAfterCommit: () => {
          dying = true;
        },
      });
    },
    patience: {
      now: () => scheduler.now(),
      after: (delayMs, run) => scheduler.after(delayMs, "commit again", () => turn(run)),
      random: () => random.next(),
    },
    schedule(flush) {
      scheduler.after(random.chance(0.7) ? 0 : random.wait(faults.slowDiskMs), "commit", () => turn(flush));
    },
  });
  const open = async (): Promise<Life> => {
    const real = await storeOver(database, {
      clock,
      ids: simulation.ids,
      processId: name,
      secrets,
      capabilitiesOf: (type) => channelOf(type).capabilities,
    });
    const library = quickLibrary(real);
    const seen = watched(real, simulation, library);
    const store = simulation.planted?.store?.(seen, simulation) ?? seen;
    const workspaces = new Map<string, Workspace>((await store.workspaces.all()).map((one) => [one.id, one]));
    let accounts = await store.accounts.all();
    const log = {
      info: () => {},
      warn: () => {},
      error: (message: string, facts?: unknown) => {
        if (!dead) simulation.logged(message, facts);
      },
    };
    const http = { request };
    const files = { save: async () => ({ path: "f".repeat(64), sizeBytes: 3 }), read: async () => new Uint8Array(3) };
    const sendDeps = {
      store,
      channels,
      perform: createPerform(http, files),
      clock,
      pacer: createPacer(),
      breaker: createBreaker(),
      publicUrl: PUBLIC_URL,
      fileLinks: LINKS,
      unknownWaitMs: LIMITS.unknownWaitMs,
      random: () => random.next(),
    };
    const llm: Llm = {
      answer: (question) =>
        dead ? NEVER : new Promise((done) => simulation.network.ask(question, (answer) => dead || done(answer))),
      understand: (question, signal) => (dead ? NEVER : createAssistant([]).understand(question, signal)),
    };
    const worker = createWorker({
      ...sendDeps,
      log,
      metrics: { effectEnded: () => {} },
      library,
      account: (id) => accounts.find((account) => account.id === id),
      reloadAccounts: async () => {
        accounts = await store.accounts.all();
      },
      performEffect: (claimed, effect): Promise<AttemptEnd> => {
        const workspace = workspaces.get(claimed.workspaceId);
        if (!workspace) throw new Error("an effect of no workspace");
        return performEffect(
          effect,
          {
            claimed,
            workspace,
            account: accounts.find((account) => account.id === claimed.accountId),
            store,
            http,
            llm,
            files,
            channels,
            clock,
            ids: simulation.ids,
            settings: {
              publicUrl: PUBLIC_URL,
              backupNumber: BACKUP_NUMBER,
              backupTemplate: undefined,
              dailyTokens: 1_000_000,
              conversationTokens: 1_000_000,
              webhookSecret: "secret",
            },
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
    const unused = (): never => {
      throw new Error("the simulation has no pages");
    };
    const receive = webhookReceiver({
      store,
      channels,
      accounts: () => accounts,
      reloadAccounts: unused,
      testConnection: unused,
      clock,
      ids: simulation.ids,
      files,
      fileLinks: LINKS,
      log,
      passwords: { hash: unused, verify: unused },
      metrics: { webhook: () => {}, text: unused },
      flows: {
        list: unused,
        read: unused,
        write: unused,
        remove: unused,
        readPlaybook: unused,
        writePlaybook: unused,
        templates: unused,
        check: unused,
        publish: unused,
        publishText: unused,
        onChange: unused,
        inTurn: unused,
      },
      accepted: (accepted) => worker.accepted(accepted),
      ready: () => true,
      settings: {
        publicUrl: PUBLIC_URL,
        signingKey: "signing-key-for-tests",
        adminToken: "",
        // One tenant per process is the server's own rule for its API; webhooks find their account by its address.
        workspaceId: simulation.world.workspaces[0] as never,
        version: "0",
        assistant: "builtin",
        hasBackupNumber: true,
        trustedProxies: [],
        metricsPath: null,
        pagesDir: "",
      },
    });
    await worker.start();
    ready = true;
    return {
      name,
      store,
      accounts: () => accounts,
      get ready() {
        return ready && !dead;
      },
      get dead() {
        return dead;
      },
      receive,
      said: (accepted) => worker.accepted(accepted),
      kill,
      killAfterCommit: () => {
        dying = true;
      },
    };
  };
  return { life: open(), kill };
}

/** The store as the worker uses it, with the oracle looking on at every decision and every result. */
function watched(real: Store, simulation: Simulation, library: Library): Store {
  return {
    ...real,
    mailbox: {
      ...real.mailbox,
      step: (ref, decide, claim) =>
        real.mailbox.step(
          ref,
          (input: StepInput): Decision | NeedsVersions => {
            simulation.beforeDecision(input);
            const decision = decide(input);
            if (!("needs" in decision))
              simulation.must(() =>
                simulation.oracle.decided(input, decision, (again) => decideTruly(again, library.of(ref.workspaceId))),
              );
            return decision;
          },
          claim,
        ),
    },
    outbox: {
      ...real.outbox,
      async settle(effect, end, claim) {
        const first = await real.outbox.settle(effect, end, claim);
        simulation.settled(real, effect, end, claim);
        return first;
      },
    },
  };
}
