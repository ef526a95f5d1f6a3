import { readFileSync } from "node:fs";
import type { Config } from "./config.ts";
import { secretFieldsOf } from "./core/domain/account-form.ts";
import type { Channel, ChannelType } from "./core/domain/channel.ts";
import type { JsonObject } from "./core/domain/json.ts";
import type { Workspace } from "./core/domain/workspace.ts";
import type { AccountFault, ChannelAccount, Store } from "./ports.ts";

/** The name of the account that the environment rules, one per channel. */
const DEFAULT = "default";

/** What a channel makes of a stored configuration; what it does not take is said of that account alone. */
export function readConfig(
  channels: readonly Channel[],
  type: ChannelType,
  config: JsonObject,
): { readonly config: unknown } | { readonly fault: AccountFault } {
  const known = channels.find((one) => one.type === type);
  if (!known) return { fault: "unknownChannel" };
  const parsed = known.account.safeParse(config);
  return parsed.success ? { config: parsed.data } : { fault: "configInvalid" };
}

/** What the environment says of each channel; null: nothing. */
function environment(
  config: Config,
): readonly { readonly channel: ChannelType; readonly values: object | undefined }[] {
  return [
    { channel: "whatsapp", values: config.whatsapp },
    { channel: "messenger", values: config.messenger },
    { channel: "instagram", values: config.instagram },
    { channel: "sms", values: config.sms },
    { channel: "whatsappTwilio", values: config.whatsappTwilio },
    {
      channel: "email",
      values: config.email && { ...config.email.values, ...certificate(config.email.certificateFile) },
    },
  ];
}

function certificate(file: string | undefined): object {
  return file === undefined ? {} : { certificate: readFileSync(file, "utf8") };
}

/**
 * Makes or updates the accounts that the environment rules, and a web chat and a form at the very first start. One that cannot be
 * connected is told and stops nothing. What the environment does not name any more is the owner's from now on.
 */
export async function connectAccounts(
  config: Config,
  channels: readonly Channel[],
  store: Store,
  workspace: Workspace,
  log: { warn(message: string, facts?: Readonly<Record<string, unknown>>): void },
): Promise<void> {
  const known = (await store.accounts.all()).filter(({ workspaceId }) => workspaceId === workspace.id);
  const save = async (type: ChannelType, values: object, managedBy: ChannelAccount["managedBy"]): Promise<void> => {
    const channel = channels.find((one) => one.type === type);
    const parsed = channel?.account.safeParse(values);
    if (!channel || !parsed?.success) {
      const fields = parsed?.error?.issues.map(({ path }) => path.join(".")).join(", ");
      return log.warn("the account of the environment is not what its channel takes", { channel: type, fields });
    }
    const same = known.find((account) => account.channel === type && account.name === DEFAULT);
    const saved = await store.accounts.put(workspace.id, same?.id ?? null, {
      channel: type,
      name: DEFAULT,
      address: channel.address(parsed.data),
      config: parsed.data as JsonObject,
      secretFields: secretFieldsOf(channel.account),
      managedBy,
    });
    if (saved.type !== "saved")
      log.warn("the account of the environment is connected already under another name", {
        channel: type,
        name: saved.type === "addressTaken" ? saved.name : null,
      });
  };
  for (const { channel, values } of environment(config)) {
    if (values) await save(channel, values, "environment");
    else
      for (const left of known.filter((one) => one.channel === channel && one.managedBy === "environment"))
        await store.accounts.setManagedBy(workspace.id, left.id, "api");
  }
  if (!(await store.accounts.knows(workspace.id, "web", DEFAULT)))
    await save("web", { title: config.workspaceName === "Relais" ? "" : config.workspaceName }, "api");
  if (!(await store.accounts.knows(workspace.id, "form", DEFAULT))) await save("form", {}, "api");
}
