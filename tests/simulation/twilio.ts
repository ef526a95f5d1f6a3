import type { SmsAccount } from "../../channels/sms/index.ts";
import type { HttpRequest } from "../../engine/ports.ts";
import type { ProviderAnswer } from "./network.ts";
import type { Simulation } from "./simulation.ts";

const refuse = (status: number, code: number): ProviderAnswer => ({
  status,
  body: { code, message: "as simulated", status },
});

/** Twilio's messages API: as strict as `tests/support/fake-twilio.ts`. */
export function twilioAnswer(simulation: Simulation, asked: HttpRequest): ProviderAnswer {
  const fields = new URLSearchParams(String(asked.body));
  const account = simulation.world.accounts.find(
    (one) => one.channel === "sms" && asked.url.includes((one.config as SmsAccount).accountSid),
  );
  if (!account || simulation.expired.has(account.id)) return refuse(401, 20003);
  const to = fields.get("To") ?? "";
  const body = fields.get("Body") ?? "";
  if (!/^\+\d{7,15}$/.test(to)) return refuse(400, 21211);
  if (fields.get("From") !== (account.config as SmsAccount).from) return refuse(400, 21606);
  if (body === "" || body.length > 1600) return refuse(400, 21617);
  const callback = fields.get("StatusCallback");
  const evidence = callback ? new URL(callback).searchParams.get("e") : null;
  const sid = `SM${simulation.nextNumber().toString(16).padStart(32, "0")}`;
  simulation.people.told(
    account.id,
    to,
    [...body.matchAll(/^(\d+)[.)] (.*)$/gm)].map(([, number]) => ({ id: "", label: number ?? "" })),
  );
  simulation.providerTook(account, to, sid, evidence);
  return { status: 201, body: { sid, status: "queued", to, body } };
}
