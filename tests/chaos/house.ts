import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeGraph, startFakeGraph, wordsOf } from "../support/fake-graph.ts";
import { type Customers, type CustomersOptions, createCustomers } from "./customers.ts";
import { createMachine, type Machine } from "./machine.ts";
import { createMeta, type Meta } from "./meta.ts";
import { judge, type Verdict } from "./oracle.ts";
import { randomFrom } from "./random.ts";
import { openRows } from "./rows.ts";

const NUMBER = "100000000000001";
const TOKEN = "graph-token-for-tests";
const SECRET = "app-secret-for-tests";
const FLOWS = new URL("../../flows/", import.meta.url).pathname;

/** A flow with a timer in it, so that timers fire while things die. */
const PATIENCE = `flow: patience
languages: [fr]
triggers:
  - { on: keyword, keywords: [patience] }
interrupts:
  - { keywords: [humain], to: person }
start: asked
nodes:
  asked:
    type: say
    text: Un instant, je regarde.
    exits: { next: pause }
  pause:
    type: wait
    seconds: 1
    exits: { next: answered, message: answered }
  answered:
    type: say
    text: Merci d'avoir attendu !
    exits: { next: done }
  person: { type: handOver, queue: default, text: Je vous passe quelqu'un., exits: { resolved: done } }
  done: { type: end }
`;

/** No stock: thousands of customers buy the same soap. */
const CATALOGUE = `sku,category,name_fr,name_en,description_fr,description_en,price,currency,stock,image_url
SAV-MIEL,savons,Savon au miel,Honey soap,Doux,Mild,7.00,EUR,,
THE-MEN,the,Thé vert menthe,Mint tea,Biologique,Organic,9.50,EUR,,
`;

export interface HouseOptions {
  readonly seed: number;
  /** Absent: a SQLite file of its own. */
  readonly databaseUrl?: string;
  readonly machines?: number;
  readonly perSecond?: number;
  readonly evidence?: boolean;
  readonly talks?: CustomersOptions["talks"];
  readonly most?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArguments?: readonly string[];
  readonly dataDir?: string;
  readonly webhookTimeoutMs?: number;
  /** The machines' clocks are off by the seconds in the file `clock-shift` of the data folder. */
  readonly shiftFile?: boolean;
}

/** Customers, Meta and one or more machines with the real program, all over real HTTP. */
export interface House {
  readonly graph: FakeGraph;
  readonly meta: Meta;
  readonly customers: Customers;
  readonly machines: readonly Machine[];
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly random: () => number;
  /** Waits until every talk has ended, every delivery is acknowledged and nothing waits in the database. Else says what does. */
  rest(withinMs?: number): Promise<readonly string[]>;
  /** Stops the machines and judges what is left. */
  judge(): Promise<Verdict>;
  /** Leaves the database and what the program wrote where they are, and says where. */
  keep(why: string): void;
  close(): Promise<void>;
}

export async function openHouse(options: HouseOptions): Promise<House> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "relais-chaos-"));
  const databaseUrl = options.databaseUrl ?? join(dataDir, "relais.db");
  const flowsDir = join(dataDir, "flows");
  mkdirSync(flowsDir, { recursive: true });
  for (const name of ["boutique.flow.yaml", "boutique.playbook.yaml"]) cpSync(join(FLOWS, name), join(flowsDir, name));
  writeFileSync(join(flowsDir, "patience.flow.yaml"), PATIENCE);
  writeFileSync(join(flowsDir, "boutique.catalogue.csv"), CATALOGUE);
  const graph = await startFakeGraph({ token: TOKEN, appSecret: SECRET, phoneNumberId: NUMBER });
  const random = randomFrom(options.seed);
  const evidence = options.evidence ?? true;
  const machines = await Promise.all(
    Array.from({ length: options.machines ?? 1 }, () =>
      createMachine({
        dataDir,
        ...(options.nodeArguments ? { nodeArguments: options.nodeArguments } : {}),
        env: {
          GRAPH_BASE_URL: graph.url,
          DATABASE_URL: databaseUrl,
          FLOWS_DIR: flowsDir,
          SECRET_KEY: "a-secret-key-for-tests",
          WHATSAPP_PHONE_NUMBER_ID: NUMBER,
          WHATSAPP_BUSINESS_ACCOUNT_ID: "200000000000001",
          WHATSAPP_ACCESS_TOKEN: TOKEN,
          WHATSAPP_VERIFY_TOKEN: "verify-token-for-tests",
          WHATSAPP_APP_SECRET: SECRET,
          WHATSAPP_MESSAGES_PER_SECOND: "1000",
          BURST_WINDOW_MS: "0",
          // With evidence: longer than any report is late here. Without: there is nothing to wait for.
          // On PostgreSQL a short stop of the only machine does not start the wait anew: others could have listened.
          UNKNOWN_WAIT_MS: !evidence ? "500" : options.databaseUrl ? "30000" : "8000",
          ...(options.shiftFile ? { CLOCK_SHIFT_FILE: join(dataDir, "clock-shift") } : {}),
          ...options.env,
        },
      }),
    ),
  );
  const up = (): readonly Machine[] => machines.filter((machine) => machine.alive());
  const meta = createMeta({
    phoneNumberId: NUMBER,
    appSecret: SECRET,
    hooks: () => (up().length > 0 ? up() : machines).map(({ url }) => `${url}/webhook/whatsapp`),
    ...(options.webhookTimeoutMs ? { timeoutMs: options.webhookTimeoutMs } : {}),
  });
  const customers = createCustomers({
    graph,
    meta,
    random,
    evidence,
    apis: () => up().map(({ url }) => url),
    perSecond: options.perSecond ?? 20,
    talks: options.talks ?? { order: 6, question: 2, patience: 1, person: 1 },
    ...(options.most ? { most: options.most } : {}),
  });
  let isKept = false;
  return {
    graph,
    meta,
    customers,
    machines,
    databaseUrl,
    dataDir,
    random,
    async rest(withinMs = options.databaseUrl ? 120_000 : 60_000) {
      customers.finish();
      const until = Date.now() + withinMs;
      while (Date.now() < until) {
        if (customers.open().length === 0 && meta.waiting() === 0 && (await leftIn(databaseUrl)) === 0) return [];
        await new Promise((done) => setTimeout(done, 100));
      }
      const left = await leftIn(databaseUrl);
      return [
        `it did not come to rest: ${customers.open().length} talks, ${meta.waiting()} deliveries, ${left} rows wait`,
      ];
    },
    async judge() {
      await Promise.all(machines.map((machine) => machine.stop()));
      const rows = await openRows(databaseUrl);
      try {
        return await judge(rows, {
          acked: meta.acked,
          sent: graph.sent(),
          talks: customers.talks,
          databaseUrl,
          reported: evidence,
          ...(options.shiftFile ? { ignore: /clock of a machine was wrong/ } : {}),
        });
      } finally {
        await rows.close();
      }
    },
    keep(why) {
      isKept = true;
      for (const [index, machine] of machines.entries())
        writeFileSync(join(dataDir, `machine-${index}.log`), machine.output());
      writeFileSync(
        join(dataDir, "provider.json"),
        JSON.stringify({
          sent: graph
            .sent()
            .map(({ at, to, evidence: id, wamid, body }) => ({ at, to, id, wamid, words: wordsOf(body) })),
          acked: [...meta.acked],
          open: customers.open(),
        }),
      );
      console.log(`\n${why}: kept in ${dataDir}`);
    },
    async close() {
      customers.finish();
      await Promise.all(machines.map((machine) => machine.kill()));
      await meta.close();
      await graph.close();
      if (!options.dataDir && !isKept) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** How much is left to do: events, effects on their way. NaN: the database does not say. */
async function leftIn(databaseUrl: string): Promise<number> {
  const rows = await openRows(databaseUrl).catch(() => null);
  if (!rows) return Number.NaN;
  try {
    const [left] = await rows.all<{ readonly n: number }>(
      `SELECT (SELECT COUNT(*) FROM effects WHERE state IN ('pending', 'running', 'unknown'))
        + (SELECT COUNT(*) FROM conversations WHERE last_seq > applied_seq) AS n`,
    );
    return Number(left?.n);
  } catch {
    return Number.NaN;
  } finally {
    await rows.close();
  }
}
