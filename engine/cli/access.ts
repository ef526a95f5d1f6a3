import { createHash, randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { z } from "zod";
import type { Config } from "../config.ts";
import type { ChannelAccountId } from "../core/domain/ids.ts";
import { PERMISSIONS } from "../core/domain/permission.ts";
import type { Actor } from "../core/domain/user.ts";
import { createLog } from "../log.ts";
import { openWorkspace } from "../main.ts";
import { ownServer } from "./own-server.ts";

const BY: Actor = { type: "system", id: null, name: "command line", address: null };
const DAY_MS = 86_400_000;
const LINK_MS = 60 * 60_000;
const TOKEN_USAGE =
  "relais token create <name> --permissions conversations.view,messages.send [--accounts acc_…,acc_…] [--days 365]";

const hashOf = (key: string): string => createHash("sha256").update(key).digest("hex");
const listOf = (text: string): readonly string[] => text.split(",").map((one) => one.trim());

/** Makes an API token and shows it, this once. */
export async function tokenCreate(config: Config, args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { permissions: { type: "string" }, accounts: { type: "string" }, days: { type: "string" } },
  });
  const asked = z
    .object({
      name: z.string().min(1).max(100),
      permissions: z.array(z.enum(PERMISSIONS)).min(1),
      accountIds: z.array(z.string().min(1)).nullable(),
      expiresInDays: z.coerce.number().int().min(1).max(3650),
    })
    .safeParse({
      name: positionals[0],
      permissions: values.permissions === undefined ? [] : listOf(values.permissions),
      accountIds: values.accounts === undefined ? null : listOf(values.accounts),
      expiresInDays: values.days ?? "365",
    });
  if (!asked.success) {
    console.error(`Usage: ${TOKEN_USAGE}\nPermissions: ${PERMISSIONS.join(", ")}`);
    return 2;
  }
  const server = await ownServer(config);
  if (server) {
    const answer = await server("POST", "/api/tokens", asked.data);
    const made = z.object({ token: z.string() }).safeParse(answer?.body);
    if (!made.success) {
      const { error } = z.object({ error: z.string() }).catch({ error: "no answer" }).parse(answer?.body);
      console.error(`Not made: ${error}`);
      return 1;
    }
    console.log(made.data.token);
    return 0;
  }
  const { store, workspace } = await openWorkspace(config, createLog("warn", config.secretValues));
  try {
    const { name, permissions, expiresInDays } = asked.data;
    const accountIds = asked.data.accountIds as readonly ChannelAccountId[] | null;
    const own = new Set((await store.accounts.all()).map(({ id }) => id));
    const unknown = accountIds?.find((id) => !own.has(id));
    if (unknown) {
      console.error(`Not made: there is no account ${unknown}`);
      return 1;
    }
    const token = `rly_${randomBytes(32).toString("base64url")}`;
    const expiresAt = new Date(Date.now() + expiresInDays * DAY_MS).toISOString();
    const kept = { tokenHash: hashOf(token), hint: token.slice(0, 10), userId: null };
    await store.tokens.create(workspace.id, { name, permissions, accountIds, expiresAt, ...kept }, BY);
    console.log(token);
    return 0;
  } finally {
    await store.close();
  }
}

/** Makes a link with which somebody chooses a new password: also for the only owner, who has nobody to ask. */
export async function passwordLink(config: Config, [email]: readonly string[]): Promise<number> {
  if (!email) {
    console.error("Usage: relais password link <e-mail address>");
    return 2;
  }
  const wanted = email.trim().toLowerCase();
  const server = await ownServer(config);
  if (server) {
    const people = z.object({ items: z.array(z.object({ id: z.string(), email: z.string() })) });
    const found = people.parse((await server("GET", "/api/users"))?.body).items.find((one) => one.email === wanted);
    const answer = found && (await server("POST", `/api/users/${found.id}/link`, {}));
    const link = z.object({ url: z.string() }).safeParse(answer?.body);
    console.log(link.success ? link.data.url : "Nobody who may sign in has this address.");
    return link.success ? 0 : 1;
  }
  const { store, workspace } = await openWorkspace(config, createLog("warn", config.secretValues));
  try {
    const key = randomBytes(32).toString("base64url");
    const known = await store.users.byEmail(workspace.id, wanted);
    const kind = known?.user.status === "invited" ? "invitation" : "password";
    const link = { tokenHash: hashOf(key), expiresAt: new Date(Date.now() + LINK_MS).toISOString() };
    const done = known && (await store.users.link(workspace.id, known.user.id, kind, link, () => true, BY));
    console.log(done === "done" ? `${config.publicUrl}/${kind}#${key}` : "Nobody who may sign in has this address.");
    return done === "done" ? 0 : 1;
  } finally {
    await store.close();
  }
}
