import type { WhatsappAccount } from "../../channels/whatsapp/index.ts";
import type { HttpRequest } from "../../engine/ports.ts";
import type { ProviderAnswer } from "./network.ts";
import type { Simulation } from "./simulation.ts";

interface GraphBody {
  readonly type?: string;
  readonly to?: string;
  readonly recipient?: string;
  readonly status?: string;
  readonly text?: { readonly body?: string };
  readonly biz_opaque_callback_data?: string;
  readonly interactive?: {
    readonly body?: { readonly text?: string };
    readonly action?: {
      readonly buttons?: readonly { readonly reply: { readonly id: string; readonly title: string } }[];
      readonly sections?: readonly { readonly rows?: readonly { readonly id: string; readonly title: string }[] }[];
    };
  };
}

const refuse = (status: number, code: number): ProviderAnswer => ({
  status,
  body: { error: { code, message: `(#${code}) as simulated`, type: "OAuthException" } },
});

/** Meta's Graph API for sends and files: as strict about token and fields as `tests/support/fake-graph.ts`. */
export function graphAnswer(simulation: Simulation, asked: HttpRequest): ProviderAnswer {
  const { pathname } = new URL(asked.url);
  if (asked.method === "GET")
    return { status: 200, body: { url: "https://graph.example/file", mime_type: "image/png" } };
  const number = pathname.split("/")[2] ?? "";
  const account = simulation.world.accounts.find(
    (one) => one.channel === "whatsapp" && (one.config as WhatsappAccount).phoneNumberId === number,
  );
  if (!account) return refuse(400, 33);
  if (asked.headers.authorization !== `Bearer ${(account.config as WhatsappAccount).accessToken}`)
    return refuse(401, 190);
  if (simulation.expired.has(account.id)) return refuse(401, 190);
  const body = JSON.parse(String(asked.body)) as GraphBody;
  if (body.status === "read") return { status: 200, body: { success: true } };
  const to = body.to ?? body.recipient ?? "";
  if (!/^\+\d{5,15}$/.test(to)) return refuse(400, 131009);
  if (body.type === "text" && !within(body.text?.body, 4096)) return refuse(400, 131009);
  if (body.type === "interactive" && !within(body.interactive?.body?.text, 1024)) return refuse(400, 131009);
  const wamid = `wamid.OUT.${simulation.nextNumber()}`;
  const { buttons = [], sections = [] } = body.interactive?.action ?? {};
  const offers = [
    ...buttons.map(({ reply }) => ({ id: reply.id, label: reply.title })),
    ...sections.flatMap(({ rows = [] }) => rows.map(({ id, title }) => ({ id, label: title }))),
  ];
  simulation.people.told(account.id, to, offers);
  simulation.providerTook(account, to, wamid, body.biz_opaque_callback_data ?? null);
  return {
    status: 200,
    body: { messaging_product: "whatsapp", contacts: [{ input: to, wa_id: to.slice(1) }], messages: [{ id: wamid }] },
  };
}

function within(text: string | undefined, most: number): boolean {
  return text !== undefined && text !== "" && text.length <= most;
}
