import { createHmac } from "node:crypto";
import { type Interactive, messageOf, offersOf } from "./dialogue.ts";
import type { Provider } from "./provider.ts";

export const ACCOUNT = {
  phoneNumberId: "100000000000001",
  token: "graph-token-for-the-bench",
  appSecret: "app-secret-for-the-bench",
} as const;

interface Sent {
  readonly to?: string;
  readonly messaging_product?: string;
  readonly type?: string;
  readonly interactive?: Interactive;
}

const path = `POST /v25.0/${ACCOUNT.phoneNumberId}/messages `;
const authorization = `authorization: Bearer ${ACCOUNT.token}`;

/** Meta's Cloud API: taps on buttons and lists. */
export const whatsapp: Provider = {
  name: "WhatsApp",
  hasFloor: true,
  env: (url) => ({
    GRAPH_BASE_URL: url,
    WHATSAPP_PHONE_NUMBER_ID: ACCOUNT.phoneNumberId,
    WHATSAPP_ACCESS_TOKEN: ACCOUNT.token,
    WHATSAPP_APP_SECRET: ACCOUNT.appSecret,
    WHATSAPP_VERIFY_TOKEN: "verify-token-of-the-bench",
    // Answers at once, as fast as it can: what is measured is the engine, not how long it waits.
    WHATSAPP_MESSAGES_PER_SECOND: "999999",
  }),
  webhook({ port, phone, id, turn, offers, anyTap }) {
    const from = phone.slice(1);
    const body = JSON.stringify({
      object: "whatsapp_business_account",
      entry: [
        {
          id: "200000000000001",
          changes: [
            {
              field: "messages",
              value: {
                messaging_product: "whatsapp",
                metadata: { display_phone_number: "33180000000", phone_number_id: ACCOUNT.phoneNumberId },
                contacts: [{ profile: { name: "Léa Martin" }, wa_id: from }],
                messages: [
                  {
                    from,
                    id: `wamid.IN.${id}`,
                    timestamp: String(Math.floor(Date.now() / 1000)),
                    ...messageOf(turn, offers, anyTap),
                  },
                ],
              },
            },
          ],
        },
      ],
    });
    const signature = createHmac("sha256", ACCOUNT.appSecret).update(body).digest("hex");
    const head = `POST /webhook/whatsapp HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\nx-hub-signature-256: sha256=${signature}\r\n`;
    return { head, body };
  },
  take(head, body, id) {
    if (!head.startsWith(path)) return `asked for ${head.slice(0, 60)}`;
    if (!head.includes(authorization)) return "wrong token";
    const message = JSON.parse(body) as Sent;
    if (message.messaging_product !== "whatsapp" || !message.to || !message.type) return `malformed: ${body}`;
    const contact = { input: message.to, wa_id: message.to.slice(1) };
    const answer = { messaging_product: "whatsapp", contacts: [contact], messages: [{ id: `wamid.${id}` }] };
    return { to: message.to, offers: offersOf(message), answer: JSON.stringify(answer), status: 200 };
  },
};
