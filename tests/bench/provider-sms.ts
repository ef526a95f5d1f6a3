import { createHmac } from "node:crypto";
import type { Offer } from "./dialogue.ts";
import type { Provider } from "./provider.ts";

const SID = `AC${"0".repeat(31)}1`;
const TOKEN = "twilio-token-for-the-bench";
const OWN = "+33639970000";
const path = `POST /2010-04-01/Accounts/${SID}/Messages.json `;
const list = `GET /2010-04-01/Accounts/${SID}/Messages.json?`;
const authorization = `authorization: Basic ${Buffer.from(`${SID}:${TOKEN}`).toString("base64")}`;
const CHOICE = /^(\d+)\. (.*?)(?: – .*)?$/gm;

/** Twilio's text messages: choices are numbers under the text, and are answered by their number. */
export const sms: Provider = {
  name: "SMS",
  hasFloor: false,
  env: (url) => ({
    TWILIO_BASE_URL: url,
    TWILIO_ACCOUNT_SID: SID,
    TWILIO_AUTH_TOKEN: TOKEN,
    TWILIO_PHONE_NUMBER: OWN,
    TWILIO_MESSAGES_PER_SECOND: "999999",
  }),
  webhook({ port, phone, id, turn, offers }) {
    const tapped = typeof turn.tap === "number" ? offers[turn.tap] : offers.find(({ title }) => title === turn.tap);
    if (turn.text === undefined && !tapped)
      throw new Error(`"${turn.tap}" was not offered, but ${offers.map(({ title }) => title).join(", ") || "nothing"}`);
    const fields: readonly (readonly [string, string])[] = [
      ["AccountSid", SID],
      ["ApiVersion", "2010-04-01"],
      ["Body", turn.text ?? tapped?.id ?? ""],
      ["From", phone],
      ["FromCity", ""],
      ["FromCountry", "FR"],
      ["MessageSid", `SM${id}`],
      ["NumMedia", "0"],
      ["NumSegments", "1"],
      ["SmsMessageSid", `SM${id}`],
      ["SmsSid", `SM${id}`],
      ["SmsStatus", "received"],
      ["To", OWN],
      ["ToCountry", "FR"],
    ];
    // In the order of their names, as they are signed.
    const url = `http://127.0.0.1:${port}/webhook/twilio`;
    const signature = createHmac("sha1", TOKEN)
      .update(url + fields.map((pair) => pair.join("")).join(""))
      .digest("base64");
    const head = `POST /webhook/twilio HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/x-www-form-urlencoded\r\nx-twilio-signature: ${signature}\r\n`;
    return { head, body: new URLSearchParams(fields.map(([name, value]) => [name, value])).toString() };
  },
  take(head, body, id) {
    if (!head.includes(authorization)) return "wrong token";
    // Relais looks from time to time for what it may have missed: nothing was.
    if (head.startsWith(list))
      return { to: "", offers: [], answer: '{"messages":[],"next_page_uri":null}', status: 200 };
    if (!head.startsWith(path)) return `asked for ${head.slice(0, 60)}`;
    const fields = new URLSearchParams(body);
    const [to, text] = [fields.get("To"), fields.get("Body")];
    if (!to || !text || text.length > 1600 || fields.get("From") !== OWN) return `malformed: ${body}`;
    const offers = [...text.matchAll(CHOICE)].map(
      ([, number = "", title = ""]): Offer => ({ id: number, title, isRow: false }),
    );
    return { to, offers, answer: `{"sid":"SM${id}","status":"queued","error_code":null}`, status: 201 };
  },
};
