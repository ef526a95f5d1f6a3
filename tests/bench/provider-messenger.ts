import { createHmac } from "node:crypto";
import type { Offer, Turn } from "./dialogue.ts";
import type { Provider } from "./provider.ts";

const PAGE = "100200300400500";
const TOKEN = "page-token-for-the-bench";
const APP_SECRET = "app-secret-for-the-bench";

interface Sent {
  readonly recipient?: { readonly id?: string };
  readonly messaging_type?: string;
  readonly message?: {
    readonly quick_replies?: readonly { readonly title: string; readonly payload: string }[];
    readonly attachment?: {
      readonly payload?: {
        readonly elements?: readonly {
          readonly title: string;
          readonly buttons?: readonly { readonly payload?: string }[];
        }[];
      };
    };
  };
}

/** Meta's Send API for a page: taps on quick replies, and on the buttons of cards. */
export const messenger: Provider = {
  name: "Messenger",
  hasFloor: false,
  env: (url) => ({
    GRAPH_BASE_URL: url,
    META_APP_ID: "700800900",
    MESSENGER_PAGE_ID: PAGE,
    MESSENGER_PAGE_ACCESS_TOKEN: TOKEN,
    MESSENGER_APP_SECRET: APP_SECRET,
    MESSENGER_VERIFY_TOKEN: "verify-token-of-the-bench",
    MESSENGER_MESSAGES_PER_SECOND: "999999",
  }),
  // Products are two messages there: the question, and the cards below it.
  replies: ({ replies, tap }) => (tap === "Produits" || tap === "Modifier" ? replies + 1 : replies),
  webhook({ port, phone, id, turn, offers }) {
    const event = { sender: { id: phone.slice(1) }, recipient: { id: PAGE }, timestamp: Date.now() };
    const messaging = [{ ...event, ...said(`m_IN_${id}`, turn, offers) }];
    const body = JSON.stringify({ object: "page", entry: [{ id: PAGE, time: Date.now(), messaging }] });
    const signature = createHmac("sha256", APP_SECRET).update(body).digest("hex");
    const head = `POST /webhook/messenger HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\nx-hub-signature-256: sha256=${signature}\r\n`;
    return { head, body };
  },
  take(head, body, id) {
    // Who somebody is: Meta does not tell, and no answer waits for it.
    if (head.startsWith("GET /v25.0/"))
      return { to: "", offers: [], status: 400, answer: '{"error":{"code":100,"error_subcode":33,"message":"no"}}' };
    if (!head.startsWith("POST /v25.0/me/messages ")) return `asked for ${head.slice(0, 60)}`;
    if (!head.includes(`authorization: Bearer ${TOKEN}`)) return "wrong token";
    const { recipient, messaging_type, message } = JSON.parse(body) as Sent;
    const person = recipient?.id;
    if (!person || messaging_type !== "RESPONSE" || !message) return `malformed: ${body}`;
    const replies = (message.quick_replies ?? []).map(({ title, payload }) => ({ id: payload, title, isRow: false }));
    const cards = (message.attachment?.payload?.elements ?? []).map(({ title, buttons }) => ({
      id: buttons?.[0]?.payload ?? "",
      title,
      isRow: true,
    }));
    const answer = JSON.stringify({ recipient_id: person, message_id: `m_${id}` });
    return { to: `+${person}`, offers: [...replies, ...cards], answer, status: 200 };
  },
};

function said(mid: string, turn: Turn, offers: readonly Offer[]): object {
  if (turn.text !== undefined) return { message: { mid, text: turn.text } };
  const offer = typeof turn.tap === "number" ? offers[turn.tap] : offers.find(({ title }) => title === turn.tap);
  if (!offer)
    throw new Error(`"${turn.tap}" was not offered, but ${offers.map(({ title }) => title).join(", ") || "nothing"}`);
  return offer.isRow
    ? { postback: { mid, title: "Choisir", payload: offer.id } }
    : { message: { mid, text: offer.title, quick_reply: { payload: offer.id } } };
}
