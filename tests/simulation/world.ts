import { readFileSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { channelOf } from "../../channels/registry.ts";
import { parseCatalogue } from "../../engine/catalogue.ts";
import type { ChannelType } from "../../engine/core/domain/channel.ts";
import type { WorkspaceId } from "../../engine/core/domain/ids.ts";
import type { Workspace } from "../../engine/core/domain/workspace.ts";
import type { ChannelAccount, Store } from "../../engine/ports.ts";
import { createSecrets } from "../../engine/secrets.ts";
import { migrateSqlite } from "../../engine/store/migrate.ts";
import { storeOver } from "../../engine/store/open-store.ts";
import { databaseOver } from "../../engine/store/sqlite.ts";
import { randomOf, simulatedIds } from "./random.ts";

/** A Monday morning: the shops of the world are open. */
export const START_AT = Date.parse("2026-03-02T09:00:00.000Z");
export const PUBLIC_URL = "https://relais.example.com";
export const BACKUP_NUMBER = "+33639989999";
/** Found nowhere in a database, or a secret was written in clear. */
export const CANARY = "canary-of-the-simulation";
export const secrets = createSecrets(Buffer.alloc(32, 7));

const HOURS = ["09:00-12:30", "14:00-19:00"];
const SETTINGS: Omit<Workspace, "id"> = {
  name: "Simulation",
  languages: ["fr", "en"],
  country: "FR",
  timeZone: "Europe/Paris",
  currency: "EUR",
  hours: { mon: HOURS, tue: HOURS, wed: HOURS, thu: HOURS, fri: HOURS, sat: [], sun: [], holidays: [] },
  sentences: {},
  botEnabled: true,
  burstWindowMs: 0,
};

/** What every seed begins with: three tenants with their numbers, their flows and their goods, as an image of a database. */
export interface World {
  readonly image: Buffer;
  readonly workspaces: readonly WorkspaceId[];
  readonly accounts: readonly ChannelAccount[];
}

interface Tenant {
  readonly flows: readonly string[];
  readonly playbook: boolean;
  readonly accounts: readonly (readonly [ChannelType, object])[];
}

const whatsapp = (number: string, appSecret: string): readonly [ChannelType, object] => [
  "whatsapp",
  {
    phoneNumberId: number,
    businessAccountId: "900800700",
    accessToken: `${CANARY}-token-${number}`,
    appSecret,
    verifyToken: `${CANARY}-verify`,
  },
];
const sms = (digit: string): readonly [ChannelType, object] => [
  "sms",
  { accountSid: `AC${digit.repeat(32)}`, authToken: `${CANARY}-auth-${digit}`, from: `+3363998000${digit}` },
];
const web = (widgetId: string): readonly [ChannelType, object] => ["web", { widgetId }];

/** The first two share one Meta app: one delivery may speak to both. */
const TENANTS: readonly Tenant[] = [
  {
    flows: ["boutique", "support", "rendez-vous", "hors-horaires"],
    playbook: true,
    accounts: [whatsapp("100000000000001", `${CANARY}-app-one`), sms("1"), web("one")],
  },
  {
    flows: ["relance", "rendez-vous"],
    playbook: false,
    accounts: [whatsapp("200000000000001", `${CANARY}-app-one`), web("two")],
  },
  {
    flows: ["tour", "support"],
    playbook: true,
    accounts: [whatsapp("300000000000001", `${CANARY}-app-three`), sms("3")],
  },
];

const OWN_FLOWS = new Set(["relance", "tour"]);
const read = (folder: string, name: string): string =>
  readFileSync(new URL(`${folder}${name}`, import.meta.url), "utf8");

export function flowSource(name: string): string {
  return read(OWN_FLOWS.has(name) ? "flows/" : "../../flows/", `${name}.flow.yaml`);
}

/** Made once per thread, with the store's own methods. */
export async function makeWorld(): Promise<World> {
  const db = new Sqlite(":memory:");
  migrateSqlite(db, ":memory:");
  const random = randomOf(0, "world");
  let ticks = START_AT - 1_000_000;
  const clock = { now: () => ticks++, after: () => () => {} };
  const ids = simulatedIds(random, clock.now);
  const open = (): Promise<Store> =>
    storeOver(databaseOver(db, db, { schedule: (flush) => flush() }), {
      clock,
      ids,
      processId: "founder",
      secrets,
      capabilitiesOf: (type) => channelOf(type).capabilities,
    });
  const workspaces = TENANTS.map(() => ids.make("workspace"));
  for (const id of workspaces)
    db.prepare("INSERT INTO workspaces (id, settings, created_at) VALUES (?, ?, ?)").run(
      id,
      JSON.stringify(SETTINGS),
      clock.now(),
    );
  const store = await open();
  for (const [index, tenant] of TENANTS.entries()) await found(store, workspaces[index] as WorkspaceId, tenant);
  const accounts = await store.accounts.all();
  const image = db.serialize();
  db.close();
  return { image, workspaces, accounts };
}

async function found(store: Store, workspaceId: WorkspaceId, tenant: Tenant): Promise<void> {
  for (const [type, config] of tenant.accounts) {
    const channel = channelOf(type);
    const parsed = channel.account.parse(config);
    await store.accounts.save(workspaceId, {
      channel: type,
      name: "default",
      address: channel.address(parsed as never),
      config: parsed as never,
      secretFields: ["accessToken", "appSecret", "verifyToken", "authToken"],
    });
  }
  const { products } = parseCatalogue(read("../../flows/", "boutique.catalogue.csv"));
  await store.shop.saveProducts(workspaceId, products);
  for (const flow of tenant.flows) {
    const playbook = ["boutique", "support"].includes(flow) && tenant.playbook;
    await store.flows.publish(workspaceId, {
      flow,
      source: flowSource(flow),
      playbook: playbook ? read("../../flows/", `${flow}.playbook.yaml`) : null,
      note: "first",
      by: "simulation",
    });
  }
}
