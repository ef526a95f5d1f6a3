import { z } from "zod";
import type { Account, Call, SendContext } from "../../engine/core/domain/channel.ts";
import type { OutboundContent, TemplateParameter } from "../../engine/core/domain/message.ts";
import { twilioCall, twilioUrl } from "../shared/twilio-account.ts";
import { linkOf } from "../shared/twilio-media.ts";
import type { WhatsappTwilioAccount } from "./index.ts";

type Template = Extract<OutboundContent, { readonly type: "template" }>;

const SID = /^HX[0-9a-f]{32}$/i;
const KEY = "template:";

/** The Content SID of a template: its name may be the SID itself, else Twilio's list has been looked up. Null: not yet. */
export function templateSid({ name, language }: Template, { uploaded }: SendContext): string | null {
  return SID.test(name) ? name : (uploaded[keyOf(name, language)] ?? null);
}

/** The call that looks a template up by the name that people know it by. */
export function findTemplate({ name, language }: Template, { config }: Account<WhatsappTwilioAccount>): Call {
  return twilioCall(config, twilioUrl("content", "/v1/Content?PageSize=500"), {
    purpose: "upload",
    uploadKey: keyOf(name, language),
  });
}

const list = z.looseObject({
  contents: z.array(
    z.looseObject({ sid: z.string(), friendly_name: z.string().nullish(), language: z.string().nullish() }),
  ),
});

/** The SID of the template that was looked up; null: Twilio has none of this name. Undefined: no list, or not asked for one. */
export function foundTemplate(body: unknown, call: Call): string | null | undefined {
  const wanted = call.uploadKey?.startsWith(KEY) ? call.uploadKey : null;
  const parsed = list.safeParse(body);
  if (wanted === null || !parsed.success) return undefined;
  return parsed.data.contents.find((one) => keyOf(one.friendly_name ?? "", one.language ?? "") === wanted)?.sid ?? null;
}

/** `ContentVariables`: header, body, then buttons, counted through as they stand in the template; named ones by name. */
export function templateVariables({ parameters }: Template, send: SendContext): Readonly<Record<string, string>> {
  const texts = [...(parameters.header ?? []), ...(parameters.body ?? [])];
  const values = [
    ...texts.map((one) => [one.type === "text" ? one.name : undefined, said(one, send)] as const),
    ...(parameters.buttons ?? []).map(({ value }) => [undefined, value] as const),
  ];
  return Object.fromEntries(values.map(([name, value], index) => [name ?? String(index + 1), value]));
}

/** Variables may hold no line breaks and no long runs of spaces, and may not be empty (21656). */
function said(one: TemplateParameter, send: SendContext): string {
  const text = one.type === "text" ? one.text : (linkOf(one.media, send) ?? "");
  return text.replace(/\s+/g, " ").trim() || "-";
}

function keyOf(name: string, language: string): string {
  return `${KEY}${language}:${name}`;
}
