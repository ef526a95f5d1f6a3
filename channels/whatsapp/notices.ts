import { z } from "zod";
import type { InboundEventOf } from "../../engine/core/domain/inbound-event.ts";

type Told = Pick<InboundEventOf<"notice">, "severity" | "text">;

const word = z.union([z.string(), z.number().transform(String)]).optional();
const facts = z.looseObject({
  event: word,
  reason: word,
  message_template_name: word,
  message_template_language: word,
  previous_category: word,
  new_category: word,
  previous_quality_score: word,
  new_quality_score: word,
  display_phone_number: word,
  current_limit: word,
  phone_number: word,
  alert_info: z
    .looseObject({ alert_severity: word, alert_status: word, alert_type: word, alert_description: word })
    .optional(),
});
type Facts = z.infer<typeof facts>;

/** Template events that end nothing. */
const GOOD: ReadonlySet<string> = new Set(["APPROVED", "REINSTATED", "UNPAUSED", "IN_APPEAL", "PENDING", "UNFLAGGED"]);
/** Nothing goes out with this template, or from this account, any more. */
const BAD: ReadonlySet<string> = new Set([
  "REJECTED",
  "DISABLED",
  "DISABLED_UPDATE",
  "ACCOUNT_RESTRICTION",
  "ACCOUNT_VIOLATION",
  "ACCOUNT_DELETED",
  "PARTNER_REMOVED",
]);
const FINE = new Set(["UPGRADE", "ONBOARDING", "UNFLAGGED", "VERIFIED_ACCOUNT", "VERIFIED", "PARTNER_ADDED"]);

const severityOf = ({ event }: Facts): Told["severity"] =>
  event === undefined ? "info" : BAD.has(event) ? "error" : GOOD.has(event) || FINE.has(event) ? "info" : "warning";
const said = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== "" && part !== "NONE").join(", ");
const template = ({ message_template_name: name, message_template_language: language }: Facts): string =>
  `template ${name ?? "?"} (${language ?? "?"})`;

/** What Meta tells about the account, as a line for the operator (A.5). */
const READERS: Readonly<Record<string, (told: Facts) => Told>> = {
  message_template_status_update: (told) => ({
    severity: severityOf(told),
    text: `${template(told)}: ${said(told.event, told.reason)}`,
  }),
  message_template_quality_update: (told) => ({
    severity: told.new_quality_score === "RED" ? "warning" : "info",
    text: `${template(told)}: quality ${told.previous_quality_score ?? "?"} -> ${told.new_quality_score ?? "?"}`,
  }),
  template_category_update: (told) => ({
    severity: "warning",
    text: `${template(told)}: category ${told.previous_category ?? "?"} -> ${told.new_category ?? "?"}`,
  }),
  phone_number_quality_update: (told) => ({
    severity: severityOf(told),
    text: `number ${told.display_phone_number ?? "?"}: ${said(told.event, told.current_limit)}`,
  }),
  account_update: (told) => ({
    severity: severityOf(told),
    text: `account: ${said(told.event, told.phone_number)}`,
  }),
  account_alerts: ({ alert_info: alert }) => ({
    severity: alert?.alert_severity === "CRITICAL" ? "error" : "warning",
    text: `alert: ${said(alert?.alert_type, alert?.alert_description)}`,
  }),
  business_capability_update: () => ({ severity: "info", text: "limits of the business have changed" }),
  security: (told) => ({ severity: "warning", text: `security: ${said(told.event)}` }),
  account_review_update: (told) => ({ severity: "info", text: `account review: ${said(told.event)}` }),
  phone_number_name_update: (told) => ({
    severity: "info",
    text: `name of ${told.display_phone_number ?? "?"}: ${said(told.event)}`,
  }),
};

/** The line and how grave it is; null: a field that we do not know. */
export function noticeOf(field: string, value: unknown): Told | null {
  const read = Object.hasOwn(READERS, field) ? READERS[field] : undefined;
  const parsed = facts.safeParse(value);
  if (!read || !parsed.success) return null;
  const { severity, text } = read(parsed.data);
  return { severity, text: text.slice(0, 500) };
}
