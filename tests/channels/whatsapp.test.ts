import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSignedBy } from "../../channels/shared/meta-signature.ts";
import { errorOf, KNOWN_CODES } from "../../channels/whatsapp/errors.ts";
import { type WhatsappAccount, whatsapp } from "../../channels/whatsapp/index.ts";
import type { Account, Call, Received, WebhookRequest } from "../../engine/core/domain/channel.ts";
import type { OutboundContent } from "../../engine/core/domain/message.ts";

const account = (id: string, phoneNumberId: string, appSecret: string): Account<WhatsappAccount> => ({
  id: id as never,
  config: {
    phoneNumberId,
    appSecret,
    businessAccountId: "1",
    accessToken: "token",
    verifyToken: `verify-${id}`,
    graphVersion: "v25.0",
    messagesPerSecond: 80,
  },
});
const A = account("acc_a", "111", "secret-one");
const B = account("acc_b", "222", "secret-one");
const C = account("acc_c", "333", "secret-two");
const ALL = [A, B, C];

const request = (body: string | Uint8Array, headers: Record<string, string>): WebhookRequest => ({
  method: "POST",
  url: "https://chat.example.com/webhook/whatsapp",
  headers,
  query: {},
  body: typeof body === "string" ? new TextEncoder().encode(body) : body,
  receivedAt: "2026-03-02T09:00:00.000Z",
});
const sign = (body: string | Uint8Array, secret = "secret-one"): Record<string, string> => ({
  "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
});
const signed = (value: unknown, secret?: string): Received => {
  const body = JSON.stringify(value);
  return whatsapp.receive(request(body, sign(body, secret)), ALL);
};
const change = (value: object, number = "111", field = "messages") => ({
  field,
  value: { messaging_product: "whatsapp", metadata: { phone_number_id: number }, ...value },
});
const post = (...changes: readonly object[]) => ({
  object: "whatsapp_business_account",
  entry: [{ id: "1", changes }],
});
const message = (more: object) => ({ from: "33639980001", id: "wamid.1", timestamp: "1772442000", ...more });
const contacts = [{ profile: { name: "Léa" }, wa_id: "33639980001", user_id: "FR.123" }];
const contentOf = (more: object): unknown => {
  const [event] = signed(post(change({ contacts, messages: [message(more)] }))).events;
  return event?.type === "message" ? event.content : event?.type;
};

describe("the signature of Meta", () => {
  // Non-ASCII is escaped in what Meta signs: the bytes count, not the object.
  const vector =
    '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messages":[{"text":{"body":"\\u00e9t\\u00e9 \\ud83d\\ude00"}}]}}]}]}';
  const bytes = new TextEncoder().encode(vector);
  const right = "540eccf7744d54d2a4fd5e720acae42e18b2691279bb46e884f17bf1e2737fee";

  test("fits the known vector, and not the same object written otherwise", () => {
    expect(isSignedBy("app-secret-for-tests", `sha256=${right}`, bytes)).toBe(true);
    expect(
      isSignedBy(
        "app-secret-for-tests",
        `sha256=${right}`,
        new TextEncoder().encode(JSON.stringify(JSON.parse(vector))),
      ),
    ).toBe(false);
  });

  test.each([
    undefined,
    "",
    "sha256=",
    "sha256=00",
    `sha256=${"z".repeat(64)}`,
    `sha256=${right.slice(1)}`,
    `sha256=${right}0`,
    `sha256=${right.toUpperCase()}`,
    `sha1=${right.slice(0, 40)}`,
    `sha256=${right}, sha256=${right}`,
    right,
  ])("refuses %s", (header) => {
    expect(isSignedBy("app-secret-for-tests", header, bytes)).toBe(false);
    const received = whatsapp.receive(
      request(bytes, header === undefined ? {} : { "x-hub-signature-256": header }),
      ALL,
    );
    expect([received.verdict, received.response.status, received.events]).toEqual(["forged", 401, []]);
  });

  test("an empty secret signs nothing", () => {
    const header = `sha256=${createHmac("sha256", "").update(bytes).digest("hex")}`;
    expect(isSignedBy("", header, bytes)).toBe(false);
  });
});

describe("WhatsApp receives", () => {
  test.each([
    ["text", { type: "text", text: { body: "Bonjour" } }, { type: "text", text: "Bonjour" }],
    [
      "a photo",
      { type: "image", image: { id: "M1", mime_type: "image/jpeg", sha256: "x", caption: "Voici" } },
      {
        type: "media",
        media: { kind: "image", remoteId: "M1", mimeType: "image/jpeg", sha256: "x" },
        caption: "Voici",
      },
    ],
    [
      "a voice note",
      { type: "audio", audio: { id: "M2", mime_type: "audio/ogg; codecs=opus", voice: true } },
      { type: "media", media: { kind: "audio", remoteId: "M2", mimeType: "audio/ogg; codecs=opus", voice: true } },
    ],
    [
      "a document",
      { type: "document", document: { id: "M3", filename: "../../a.pdf" } },
      { type: "media", media: { kind: "document", remoteId: "M3", fileName: "../../a.pdf" } },
    ],
    [
      "a sticker",
      { type: "sticker", sticker: { id: "M4", mime_type: "image/webp" } },
      { type: "media", media: { kind: "sticker", remoteId: "M4", mimeType: "image/webp" } },
    ],
    [
      "a place",
      { type: "location", location: { latitude: 48.85, longitude: 2.35 } },
      { type: "location", place: { latitude: 48.85, longitude: 2.35 } },
    ],
    [
      "a contact card",
      { type: "contacts", contacts: [{ name: { formatted_name: "Paul" }, phones: [{ phone: "+33 6 39 98 00 02" }] }] },
      { type: "contacts", cards: [{ name: "Paul", phones: ["+33 6 39 98 00 02"], emails: [] }] },
    ],
    [
      "a button",
      {
        type: "interactive",
        interactive: { type: "button_reply", button_reply: { id: "greeting/products/1.0", title: "Produits" } },
      },
      { type: "choice", id: "greeting/products/1.0", label: "Produits" },
    ],
    [
      "a row of a list",
      { type: "interactive", interactive: { type: "list_reply", list_reply: { id: "r1", title: "Savon" } } },
      { type: "choice", id: "r1", label: "Savon" },
    ],
    [
      "a button of a template",
      { type: "button", button: { payload: "YES", text: "Oui" } },
      { type: "choice", id: "YES", label: "Oui" },
    ],
    [
      "a form",
      {
        type: "interactive",
        interactive: { type: "nfm_reply", nfm_reply: { name: "flow", response_json: '{"a":1}' } },
      },
      { type: "form", name: "flow", values: { a: 1 } },
    ],
    [
      "a form that is broken",
      { type: "interactive", interactive: { type: "nfm_reply", nfm_reply: { response_json: "{" } } },
      { type: "form", name: "flow", values: { value: "{" } },
    ],
    [
      "a cart",
      {
        type: "order",
        order: { catalog_id: "C", product_items: [{ product_retailer_id: "SKU", quantity: 2, item_price: 0.01 }] },
      },
      { type: "order", catalogId: "C", items: [{ sku: "SKU", quantity: 2 }] },
    ],
    [
      "a reaction",
      { type: "reaction", reaction: { message_id: "wamid.0", emoji: "👍" } },
      { type: "reaction", toExternalId: "wamid.0", emoji: "👍" },
    ],
    [
      "a reaction taken back",
      { type: "reaction", reaction: { message_id: "wamid.0" } },
      { type: "reaction", toExternalId: "wamid.0" },
    ],
    [
      "what it cannot show",
      { type: "unsupported", errors: [{ code: 131051, title: "Unsupported" }], unsupported: { type: "poll" } },
      { type: "unsupported", what: "poll", reason: "Unsupported" },
    ],
    ["a type of tomorrow", { type: "hologram", hologram: {} }, { type: "unsupported", what: "hologram" }],
    [
      "an interactive of tomorrow",
      { type: "interactive", interactive: { type: "call_permission_reply" } },
      { type: "unsupported", what: "interactive" },
    ],
  ])("%s", (_, more, expected) => expect(contentOf(more)).toEqual(expected));

  test("who wrote: name, number with its plus, user id; a number may be missing", () => {
    const [event] = signed(
      post(change({ contacts, messages: [message({ type: "text", text: { body: "x" }, from_user_id: "FR.123" })] })),
    ).events;
    expect(event).toMatchObject({
      from: {
        name: "Léa",
        identities: [
          { kind: "whatsappUser", value: "FR.123" },
          { kind: "phone", value: "+33639980001" },
        ],
      },
      at: "2026-03-02T09:00:00.000Z",
      dedupeKey: "wamid.1",
    });
    const [hidden] = signed(
      post(
        change({
          contacts: [{ user_id: "FR.9" }],
          messages: [{ id: "w", from: "FR.9", timestamp: "1772442000000", type: "text", text: { body: "x" } }],
        }),
      ),
    ).events;
    expect(hidden).toMatchObject({
      from: { identities: [{ kind: "whatsappUser", value: "FR.9" }] },
      at: "2026-03-02T09:00:00.000Z",
    });
  });

  test("a new number and the old one are one person", () => {
    const system = { type: "user_changed_number", wa_id: "33639980009", user_id: "FR.2", previous_user_id: "FR.1" };
    expect(signed(post(change({ messages: [message({ type: "system", system })] }))).events).toMatchObject([
      {
        type: "identityChange",
        was: [{ value: "FR.1" }, { value: "+33639980001" }],
        is: [{ value: "FR.2" }, { value: "+33639980009" }],
      },
    ]);
  });

  test("one POST for several numbers; parts of another app's number are dropped and counted", () => {
    const text = (number: string, id: string) =>
      change({ messages: [message({ id, type: "text", text: { body: "x" } })] }, number);
    const received = signed(post(text("111", "a"), text("222", "b"), text("333", "c"), text("999", "d")));
    expect(received.events.map(({ accountId }) => accountId)).toEqual(["acc_a", "acc_b"]);
    expect(received.misrouted).toBe(2);
    expect(received.response.status).toBe(200);
  });

  test("one broken message does not lose its neighbours", () => {
    const good = message({ type: "text", text: { body: "x" } });
    const received = signed(
      post(change({ messages: [{ nonsense: true }, good, { ...good, id: "wamid.2", from: undefined }] })),
    );
    expect(received.events).toHaveLength(1);
    expect(received.setAside.map(({ reason }) => reason)).toEqual([
      "a message that cannot be read",
      "a message without a sender",
    ]);
  });

  test("statuses carry our own id, rank names and errors", () => {
    const status = (one: object) =>
      change({
        contacts,
        statuses: [
          {
            id: "wamid.9",
            timestamp: "1772442000",
            recipient_id: "33639980001",
            biz_opaque_callback_data: "eff_1",
            ...one,
          },
        ],
      });
    expect(signed(post(status({ status: "read" }))).events).toMatchObject([
      { type: "status", status: "read", evidence: "eff_1", dedupeKey: "status:wamid.9:read" },
    ]);
    expect(signed(post(status({ status: "played" }))).events).toMatchObject([{ status: "read" }]);
    expect(signed(post(status({ status: "deleted" }))).events).toEqual([]);
    expect(
      signed(
        post(status({ status: "failed", errors: [{ code: 131047, title: "x", error_data: { details: "24 h" } }] })),
      ).events,
    ).toMatchObject([
      { status: "failed", error: { code: "outsideServiceWindow", providerCode: "131047", detail: "24 h" } },
    ]);
  });

  test("edits, revocations, echoes, preferences and account errors", () => {
    expect(
      signed(
        post(
          change({
            messages: [
              message({
                type: "edit",
                edit: { original_message_id: "wamid.0", message: { type: "text", text: { body: "mieux" } } },
              }),
            ],
          }),
        ),
      ).events,
    ).toMatchObject([{ type: "edit", externalId: "wamid.0", content: { type: "text", text: "mieux" } }]);
    expect(
      signed(post(change({ messages: [message({ type: "revoke", revoke: { original_message_id: "wamid.0" } })] })))
        .events,
    ).toMatchObject([{ type: "revoke", externalId: "wamid.0" }]);
    const echo = { ...message({ type: "text", text: { body: "Ici Paul" } }), from: "33180000000", to: "33639980001" };
    expect(signed(post(change({ message_echoes: [echo] }, "111", "smb_message_echoes"))).events).toMatchObject([
      { type: "echo", to: { identities: [{ value: "+33639980001" }] }, content: { text: "Ici Paul" } },
    ]);
    expect(
      signed(
        post(
          change(
            {
              user_preferences: [
                { wa_id: "33639980001", category: "marketing_messages", value: "stop", timestamp: "1772442000" },
              ],
            },
            "111",
            "user_preferences",
          ),
        ),
      ).events,
    ).toMatchObject([{ type: "consent", purpose: "marketing", allowed: false }]);
    expect(signed(post(change({ errors: [{ code: 130429, title: "Rate" }] }))).events).toMatchObject([
      { type: "notice", severity: "error", code: "whatsapp.130429" },
    ]);
    expect(signed(post(change({}, "111", "standby"))).events).toEqual([]);
  });

  test("signed nonsense is kept aside and answered with 200", () => {
    for (const body of ["", "null", "[]", "{", '{"object":"page","entry":[]}', "[".repeat(200_000)]) {
      const received = whatsapp.receive(request(body, sign(body)), ALL);
      expect([received.verdict, received.response.status, received.setAside.length]).toEqual(["unreadable", 200, 1]);
    }
  });

  test("never throws, whatever is signed", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc
            .jsonValue()
            .map((value) => JSON.stringify(post(change({ messages: [value], statuses: [value], contacts: [value] })))),
        ),
        (body) => {
          expect(whatsapp.receive(request(body, sign(body)), ALL).response.status).toBe(200);
        },
      ),
    );
  });
});

describe("the handshake", () => {
  const ask = (query: Record<string, readonly string[]>) =>
    whatsapp.handshake?.({ ...request("", {}), query }, ALL).status;
  const right = { "hub.mode": ["subscribe"], "hub.verify_token": ["verify-acc_b"], "hub.challenge": ["<b>1</b>"] };
  test("answers with the challenge as plain text", () => {
    const answer = whatsapp.handshake?.({ ...request("", {}), query: right }, ALL);
    expect(answer).toMatchObject({
      status: 200,
      body: "<b>1</b>",
      headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
    });
  });
  test.each([
    {},
    { ...right, "hub.verify_token": ["x"] },
    { ...right, "hub.verify_token": ["verify-acc_b", "verify-acc_b"] },
    { ...right, "hub.verify_token": [""] },
    { ...right, "hub.mode": ["x"] },
  ])("refuses %j", (query) => {
    expect(ask(query as typeof right)).toBe(403);
  });
});

const to = { identities: [{ kind: "phone" as const, value: "+33639980001" }] };
const context = { effectId: "eff_1", publicUrl: "https://chat.example.com", uploaded: {} };
const render = (content: OutboundContent, more: object = {}) =>
  whatsapp.render(content, to, A, { ...context, ...more });
const bodyOf = (calls: readonly Call[]): Record<string, unknown> => {
  const [call] = calls;
  return call?.body.type === "json" ? (call.body.value as Record<string, unknown>) : {};
};

describe("WhatsApp renders", () => {
  test("text, with our own id and the number with its plus", () => {
    const calls = render({ type: "text", text: "Bonjour" });
    expect(calls).toMatchObject([
      { purpose: "send", method: "POST", url: "{base}/v25.0/111/messages", headers: { authorization: "Bearer token" } },
    ]);
    expect(bodyOf(calls)).toMatchObject({
      messaging_product: "whatsapp",
      to: "+33639980001",
      type: "text",
      text: { body: "Bonjour" },
      biz_opaque_callback_data: "eff_1",
    });
  });
  test("buttons and lists", () => {
    const choices = [{ id: "a", label: "A" }];
    expect(bodyOf(render({ type: "choices", text: "?", choices }))).toMatchObject({
      interactive: { type: "button", action: { buttons: [{ type: "reply", reply: { id: "a", title: "A" } }] } },
    });
    expect(
      bodyOf(
        render({
          type: "choices",
          text: "?",
          choices: [{ id: "a", label: "A", description: "5 €" }],
          listLabel: "Voir",
        }),
      ),
    ).toMatchObject({
      interactive: {
        type: "list",
        action: { button: "Voir", sections: [{ rows: [{ id: "a", title: "A", description: "5 €" }] }] },
      },
    });
  });
  test("a file of ours is uploaded first, then sent by its id", () => {
    const media = { kind: "image" as const, path: "f".repeat(64), mimeType: "image/png" };
    expect(render({ type: "media", media })).toMatchObject([
      { purpose: "upload", uploadKey: "f".repeat(64), url: "{base}/v25.0/111/media" },
    ]);
    expect(
      bodyOf(render({ type: "media", media, caption: "Voici" }, { uploaded: { ["f".repeat(64)]: "M9" } })),
    ).toMatchObject({ type: "image", image: { id: "M9", caption: "Voici" } });
  });
  test("templates without line breaks in their variables", () => {
    const parameters = {
      body: [{ type: "text" as const, text: "a\nb   c" }],
      buttons: [{ index: 0, type: "quickReply" as const, value: "STOP" }],
    };
    expect(bodyOf(render({ type: "template", name: "alert", language: "fr", parameters }))).toMatchObject({
      template: {
        name: "alert",
        language: { code: "fr" },
        components: [
          { type: "body", parameters: [{ type: "text", text: "a b c" }] },
          { type: "button", sub_type: "quick_reply", index: "0" },
        ],
      },
    });
  });
  test("links, places, cards, reactions, products", () => {
    expect(bodyOf(render({ type: "link", text: "x", label: "Voir", url: "https://example.com" }))).toMatchObject({
      interactive: { type: "cta_url" },
    });
    expect(bodyOf(render({ type: "location", place: { latitude: 1, longitude: 2 } }))).toMatchObject({
      type: "location",
    });
    expect(bodyOf(render({ type: "locationRequest", text: "Où ?" }))).toMatchObject({
      interactive: { type: "location_request_message" },
    });
    expect(
      bodyOf(render({ type: "contacts", cards: [{ name: "Paul", phones: ["+33639980002"], emails: [] }] })),
    ).toMatchObject({ contacts: [{ name: { formatted_name: "Paul", first_name: "Paul" } }] });
    expect(bodyOf(render({ type: "reaction", toExternalId: "wamid.1", emoji: "👍" }))).toMatchObject({
      reaction: { message_id: "wamid.1" },
    });
    expect(
      bodyOf(
        render({ type: "products", catalogId: "C", header: "H", text: "T", sections: [{ title: "S", skus: ["A"] }] }),
      ),
    ).toMatchObject({ interactive: { type: "product_list" } });
  });
  test("to a user id where there is no number, and nothing without an address", () => {
    expect(
      bodyOf(
        whatsapp.render(
          { type: "text", text: "x" },
          { identities: [{ kind: "whatsappUser", value: "FR.1" }] },
          A,
          context,
        ),
      ),
    ).toMatchObject({ recipient: "FR.1" });
    expect(whatsapp.render({ type: "text", text: "x" }, { identities: [] }, A, context)).toEqual([]);
  });
});

describe("WhatsApp settles", () => {
  const [call] = render({ type: "text", text: "x" });
  const settle = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    whatsapp.settle({ status, headers, body: typeof body === "string" ? body : JSON.stringify(body) }, call as Call);
  const refused = (code: number, status = 400, more: object = {}) =>
    settle(status, { error: { message: "x", code, ...more } });

  test("an accepted message", () => {
    expect(settle(200, { contacts: [{ wa_id: "33639980001" }], messages: [{ id: "wamid.1" }] })).toEqual({
      type: "sent",
      externalId: "wamid.1",
      identities: [{ kind: "phone", value: "+33639980001" }],
    });
  });
  test.each([
    [190, "accountInvalid"],
    [3, "accountInvalid"],
    [210, "accountInvalid"],
    [131042, "accountInvalid"],
    [130429, "rateLimited"],
    [131056, "rateLimited"],
    [131016, "providerDown"],
    [131000, "providerDown"],
    [131008, "messageInvalid"],
    [131009, "messageInvalid"],
    [131026, "recipientUnreachable"],
    [131047, "outsideServiceWindow"],
    [131049, "providerRejected"],
    [131050, "optedOut"],
    [132001, "messageInvalid"],
  ])("code %i is %s", (code, expected) =>
    expect(refused(code)).toMatchObject({ type: "failed", error: { code: expected, providerCode: String(code) } }),
  );
  test("the pair limit slows only this recipient", () =>
    expect(refused(131056)).toMatchObject({ error: { scope: "recipient" } }));
  test("an unknown code is tried again when Meta says so, and not otherwise", () => {
    expect(refused(999_999, 400, { is_transient: true })).toMatchObject({ error: { code: "providerDown" } });
    expect(refused(999_999)).toMatchObject({ error: { code: "messageInvalid" } });
  });
  test("answers that are not Meta's own", () => {
    expect(settle(502, "<html>Bad gateway</html>")).toMatchObject({ type: "unknown" });
    expect(settle(503, "", { "retry-after": "7" })).toMatchObject({
      type: "failed",
      error: { code: "providerDown", retryAfterMs: 7000 },
    });
    expect(settle(429, "slow down", { "retry-after": "2" })).toMatchObject({
      error: { code: "rateLimited", retryAfterMs: 2000 },
    });
    expect(settle(302, "")).toMatchObject({ error: { code: "providerDown" } });
    expect(settle(200, "garbage")).toMatchObject({ type: "unknown" });
    expect(settle(200, { error: { code: 131026, message: "x" } })).toMatchObject({
      error: { code: "recipientUnreachable" },
    });
    expect(settle(413, "too large")).toMatchObject({ error: { code: "messageInvalid" } });
  });
  test("never throws", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 599 }),
        fc.oneof(fc.string(), fc.json()),
        (status, body) => void settle(status, body),
      ),
    );
  });
  test("every code of the table has a class", () => {
    expect(KNOWN_CODES.length).toBeGreaterThan(60);
    for (const code of KNOWN_CODES) expect(errorOf(code, "").providerCode).toBe(String(code));
  });
});
