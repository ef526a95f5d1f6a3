import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FakeMessenger, wordsOf } from "../../support/fake-messenger.ts";
import { ACCOUNT, APP_ID, messengerEnv, SECRETS, startMeta } from "../../support/messenger-house.ts";
import type { Failure } from "../../support/provider-failure.ts";
import { eventually, type RunningRelais, startRelais } from "../../support/relais.ts";

const HOUR_MS = 3_600_000;

interface ApiMessage {
  readonly id: string;
  readonly text: string;
  readonly kind: string;
  readonly status: string;
  readonly direction: string;
  readonly author: string;
  readonly conversationId: string;
  readonly externalId: string;
  readonly maybeDuplicate: boolean;
  readonly error: {
    readonly code: string;
    readonly providerCode: string;
    readonly advice: { readonly fr: string };
  } | null;
  readonly contact: { readonly name: string };
  readonly attachments: readonly { readonly sizeBytes: number | null }[];
}

/** Failures after which the message arrives once, in its place, and what the operator could read meanwhile (C.4, F-7). */
const RECOVERS: readonly (readonly [string, Failure])[] = [
  ["429", { type: "status", httpStatus: 429, headers: { "retry-after": "1" }, body: "<html>slow down</html>" }],
  ["503 with Retry-After", { type: "status", httpStatus: 503, headers: { "retry-after": "1" } }],
  ["1200", { type: "code", code: 1200, httpStatus: 500 }],
  ["2", { type: "code", code: 2, httpStatus: 503 }],
  ["a redirect", { type: "status", httpStatus: 302, headers: { location: "https://elsewhere.example.com/" } }],
  ["an answer that is late", { type: "slow", delayMs: 1500 }],
  ["a line that is cut after the message was taken", { type: "acceptThenReset" }],
  ["half an answer", { type: "halfBody" }],
  ["an answer that is no JSON", { type: "acceptThenSay", httpStatus: 200, body: "<html>ok</html>" }],
  ["an empty answer", { type: "acceptThenSay", httpStatus: 200, body: "" }],
  ["a gateway that gives up after the message was taken", { type: "acceptThenSay", httpStatus: 502, body: "<html>" }],
];
/** Failures of which nobody can know whether the message arrived: said again after the wait for evidence, and marked. */
const DOUBTFUL: readonly (readonly [string, Failure])[] = [
  ["500 without a word", { type: "status", httpStatus: 500 }],
  ["502", { type: "status", httpStatus: 502, body: "<html>bad gateway</html>" }],
];
const REFUSED: readonly (readonly [string, Failure, string])[] = [
  ["551/1545041", { type: "code", code: 551, subcode: 1545041 }, "recipientUnreachable"],
  ["100/2018001", { type: "code", code: 100, subcode: 2018001 }, "recipientUnreachable"],
  ["100", { type: "code", code: 100 }, "messageInvalid"],
];
const PAUSES: readonly (readonly [string, Failure])[] = [
  ["190/463", { type: "code", code: 190, subcode: 463, httpStatus: 401 }],
  ["190", { type: "status", httpStatus: 200, body: '{"error":{"code":190,"message":"expired"}}' }],
];

describe.each(["messenger", "instagram"] as const)("a customer on %s", (product) => {
  let meta: FakeMessenger;
  let relais: RunningRelais;
  let hook: string;
  let dataDir: string;
  let people = 0;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "relais-"));
    meta = await startMeta(product);
    relais = await startRelais({
      dataDir,
      env: {
        ...messengerEnv(meta),
        INSTAGRAM_ACCOUNT_ID: ACCOUNT.instagram,
        BURST_WINDOW_MS: "100",
        UNKNOWN_WAIT_MS: "1500",
      },
    });
    hook = `${relais.url}/webhook/messenger`;
    meta.reportTo(hook);
  });
  afterAll(async () => {
    await relais.stop();
    await meta.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const somebody = (): string => String(5_511_000_000_000_000 + ++people);
  const told = (person: string): readonly string[] =>
    meta
      .sent()
      .filter(({ to }) => to === person)
      .map(wordsOf);
  /** Waits until a person got so many messages. */
  const got = (person: string, count: number): Promise<readonly string[]> =>
    eventually(() => {
      const words = told(person);
      expect(words.length).toBeGreaterThanOrEqual(count);
      return words;
    }, 20_000);
  const thread = async (person: string): Promise<readonly ApiMessage[]> => {
    const { items } = await relais.api<{
      readonly items: readonly (ApiMessage & {
        readonly contact: { readonly identities: readonly { readonly value: string }[] };
      })[];
    }>("/api/messages?limit=200");
    return items.filter(({ contact }) => contact.identities.some(({ value }) => value === person));
  };
  const conversationOf = async (person: string): Promise<{ readonly id: string; readonly owner: string }> => {
    const [message] = await thread(person);
    return relais.api(`/api/conversations/${message?.conversationId}`);
  };
  const old = (person: string, hours: number) => ({
    sender: { id: person },
    recipient: { id: ACCOUNT[product] },
    timestamp: Date.now() - hours * HOUR_MS,
    message: { mid: `m_OLD_${person}`, text: "Bonjour" },
  });

  test("orders through the whole flow: every reply once, in order; what was read is known", async () => {
    const lea = somebody();
    expect((await meta.say(hook, lea, "Bonjour")).status).toBe(200);
    await got(lea, 1);
    await meta.tap(hook, lea, "Produits");
    // The question, and the products as cards below it.
    await got(lea, 3);
    await meta.tap(hook, lea, "Savon au miel");
    await got(lea, 4);
    await meta.tap(hook, lea, "Confirmer");
    const words = await got(lea, 5);
    expect(words).toEqual([
      "Bonjour, bienvenue à la boutique ! Que souhaitez-vous ?",
      "Voici nos produits. Lequel vous ferait plaisir ?",
      expect.stringContaining("Savon au miel"),
      "Voici votre commande :\n\n• 1 × Savon au miel : 7,00 €\nTotal : 7,00 €",
      expect.stringMatching(/^Merci ! Votre commande [A-Z0-9]{3}-[A-Z0-9]{3} est confirmée, pour un total de 7,00 €\./),
    ]);
    await eventually(async () => {
      const own = (await thread(lea)).filter(({ direction }) => direction === "out");
      expect(own.map(({ status }) => status)).toEqual(["read", "read", "read", "read", "read"]);
      expect(own.every(({ author }) => author !== "agent")).toBe(true);
    });
    const { items } = await relais.api<{ readonly items: readonly { readonly totalCents: number }[] }>("/api/orders");
    expect(items).toContainEqual(expect.objectContaining({ totalCents: 700, status: "confirmed" }));
    expect((await conversationOf(lea)).owner).toBe("bot");
  });

  test("the same webhook five times at once is one message and one answer", async () => {
    const lea = somebody();
    await Promise.all(Array.from({ length: 5 }, () => meta.say(hook, lea, "Bonjour", { mid: `m_SAME_${lea}` })));
    await got(lea, 1);
    await meta.tap(hook, lea, "Produits");
    expect(await got(lea, 3)).toHaveLength(3);
  });

  test("is greeted at once, and called by the name that Meta gives when it gives it", async () => {
    const lea = somebody();
    meta.introduce(lea, { name: "Léa Martin", first_name: "Léa", last_name: "Martin" });
    await meta.say(hook, lea, "Bonjour");
    await got(lea, 1);
    await eventually(async () => expect((await thread(lea))[0]?.contact.name).toBe("Léa Martin"));
    const nobody = somebody();
    await meta.say(hook, nobody, "Bonjour");
    await got(nobody, 1);
    expect((await thread(nobody))[0]?.contact.name).toBe("");
  });

  test("sends several photos: each is kept, and words are asked for", async () => {
    const lea = somebody();
    await meta.say(hook, lea, "Bonjour");
    await got(lea, 1);
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    const attachments = [1, 2].map(() => ({ type: "image", payload: { url: meta.keepFile(png, "image/png") } }));
    await meta.deliver(hook, [
      {
        sender: { id: lea },
        recipient: { id: ACCOUNT[product] },
        timestamp: Date.now(),
        message: { mid: `m_PHOTOS_${lea}`, attachments },
      },
    ]);
    expect((await got(lea, 2))[1]).toBe("Je ne peux pas lire ce type de contenu, peux-tu me l'écrire ?");
    await eventually(async () => {
      const photos = (await thread(lea)).filter(({ kind }) => kind === "image");
      expect(photos.map(({ attachments: [file] }) => file?.sizeBytes)).toEqual([png.byteLength, png.byteLength]);
    });
  });

  test("a person who writes in the inbox of the provider takes over: the bot is silent until it is given back", async () => {
    const lea = somebody();
    await meta.say(hook, lea, "Bonjour");
    await got(lea, 1);
    await meta.writeByHand(hook, lea, "Bonjour Léa, je suis Paul.");
    await eventually(async () => expect((await conversationOf(lea)).owner).toBe("agent"));
    expect((await thread(lea)).find(({ author }) => author === "agent")?.text).toBe("Bonjour Léa, je suis Paul.");
    await meta.say(hook, lea, "Merci Paul");
    await meta.deliver(hook, [
      {
        sender: { id: lea },
        recipient: { id: ACCOUNT[product] },
        timestamp: Date.now(),
        pass_thread_control: { new_owner_app_id: APP_ID },
      },
    ]);
    const words = await got(lea, 2);
    expect(words.slice(0, 2)).toEqual([words[0], words[0]]);
    expect((await conversationOf(lea)).owner).toBe("bot");
  });

  test("what another program answers is kept for people and not answered", async () => {
    const lea = somebody();
    await meta.deliver(hook, [old(lea, 0)], { standby: true });
    await eventually(async () => expect(await thread(lea)).toHaveLength(1));
    const other = somebody();
    await meta.say(hook, other, "Bonjour");
    await got(other, 1);
    expect(told(lea)).toEqual([]);
  });

  test("after a day only a person may write, and says so; after a week nobody", async () => {
    const lea = somebody();
    await meta.deliver(hook, [old(lea, 30)]);
    meta.wroteHoursAgo(lea, 30);
    await eventually(async () => expect(await thread(lea)).toHaveLength(1));
    const { id } = await conversationOf(lea);
    const sent = await relais.post(`/api/conversations/${id}/messages`, {
      text: "Votre colis est parti.",
      clientId: "1",
    });
    expect(sent.status).toBe(201);
    await got(lea, 1);
    expect(meta.sent().find(({ to }) => to === lea)?.body).toMatchObject({
      messaging_type: "MESSAGE_TAG",
      tag: "HUMAN_AGENT",
    });
    const long = await relais.post(`/api/conversations/${id}/messages`, { text: "é".repeat(1980), clientId: "long" });
    expect(long.status).toBe(422);
    const ancient = somebody();
    await meta.deliver(hook, [old(ancient, 8 * 24)]);
    await eventually(async () => expect(await thread(ancient)).toHaveLength(1));
    const late = await relais.post(`/api/conversations/${(await conversationOf(ancient)).id}/messages`, {
      text: "?",
      clientId: "2",
    });
    expect(late.status).toBe(422);
    expect(told(ancient)).toEqual([]);
  });

  test("its connection can be tested: Meta is really asked, and what is wrong is said with what to do", async () => {
    const { items } = await relais.api<{
      readonly items: readonly { readonly id: string; readonly channel: string }[];
    }>("/api/accounts");
    const id = items.find(({ channel }) => channel === product)?.id;
    const page = ACCOUNT.messenger;
    const scopes = ["pages_messaging", "pages_manage_metadata", "instagram_basic", "instagram_manage_messages"];
    const answers = {
      debug_token: { data: { is_valid: true, app_id: APP_ID, expires_at: 0, scopes } },
      me: { id: page, name: "La boutique" },
      [ACCOUNT.instagram]: { id: ACCOUNT.instagram, username: "la.boutique" },
      [page]: { id: page, instagram_business_account: { id: ACCOUNT.instagram } },
      [`${page}/subscribed_apps`]: { data: [] },
      [`${APP_ID}/subscriptions`]: { data: [] },
    };
    for (const [path, body] of Object.entries(answers)) meta.answers.set(`GET /v25.0/${path}`, { status: 200, body });
    const tested = await relais.post<unknown>(`/api/accounts/${id}/test`);
    expect(tested.status).toBe(200);
    const said = JSON.stringify(tested.body);
    for (const code of ["notSubscribed", "webhookMissing", "tokenValid"]) expect(said).toContain(code);
    for (const secret of SECRETS) expect(said + relais.output()).not.toContain(secret);
    meta.answers.clear();
  });

  describe("when Meta fails", () => {
    test.each(RECOVERS)("%s: the message arrives once, and the next one after it", async (_, failure) => {
      const lea = somebody();
      meta.fail(failure, 1, lea);
      await meta.say(hook, lea, "Bonjour");
      await got(lea, 1);
      await eventually(async () => {
        const [first] = (await thread(lea)).filter(({ direction }) => direction === "out");
        expect(first).toMatchObject({ status: expect.stringMatching(/sent|delivered|read/), maybeDuplicate: false });
      }, 20_000);
      await meta.tap(hook, lea, "Produits");
      const words = await got(lea, 3);
      expect(words.map((text) => text.slice(0, 7))).toEqual(["Bonjour", "Voici n", expect.any(String)]);
      expect((await conversationOf(lea)).owner).toBe("bot");
    });

    test.each(DOUBTFUL)("%s: nobody knows, so it is said again and marked", async (_, failure) => {
      const lea = somebody();
      meta.fail(failure, 1, lea);
      await meta.say(hook, lea, "Bonjour");
      await got(lea, 1);
      await eventually(async () => {
        const own = (await thread(lea)).filter(({ direction }) => direction === "out");
        expect(own).toMatchObject([{ status: expect.stringMatching(/sent|delivered|read/), maybeDuplicate: true }]);
      });
    });

    test.each(REFUSED)(
      "%s: the message fails for good, a person sees why in both languages",
      async (code, failure, expected) => {
        const lea = somebody();
        meta.fail(failure, 1, lea);
        await meta.say(hook, lea, "Bonjour");
        await eventually(async () => {
          const failed = (await thread(lea)).find(({ status }) => status === "failed");
          expect(failed?.error).toMatchObject({
            code: expected,
            providerCode: code,
            advice: { fr: expect.stringMatching(/.{40}/), en: expect.stringMatching(/.{40}/) },
          });
        });
      },
    );

    test.each(PAUSES)(
      "%s: the account is paused, nothing is lost, and it goes on when it was mended",
      async (code, failure) => {
        const lea = somebody();
        meta.fail(failure, 1, lea);
        await meta.say(hook, lea, "Bonjour");
        const id = await eventually(async () => {
          const { items } = await relais.api<{
            readonly items: readonly {
              readonly type: string;
              readonly accounts: readonly { readonly id: string; readonly status: string }[];
            }[];
          }>("/api/channels");
          const account = items.find(({ type }) => type === product)?.accounts[0];
          expect(account?.status).toBe("authFailed");
          return account?.id;
        });
        const { items } = await relais.api<{ readonly items: readonly { readonly state: string }[] }>("/api/outbox");
        expect(items).toContainEqual(
          expect.objectContaining({
            state: "paused",
            error: expect.objectContaining({ code: "accountInvalid", providerCode: code, advice: expect.anything() }),
          }),
        );
        expect((await relais.post(`/api/accounts/${id}/resume`)).status).toBe(200);
        await got(lea, 1);
      },
    );
  });
});

describe("the webhook of both", () => {
  test("is answered by the channel that is spoken of, and by none when it is not signed", async () => {
    const meta = await startMeta("messenger");
    const relais = await startRelais({
      env: messengerEnv(meta),
    });
    const hook = `${relais.url}/webhook/messenger`;
    const ask = (token: string) => fetch(`${hook}?hub.mode=subscribe&hub.challenge=12345&hub.verify_token=${token}`);
    const right = await ask("verify-token-for-tests");
    expect([right.status, await right.text()]).toEqual([200, "12345"]);
    expect((await ask("another")).status).toBe(403);
    expect((await meta.deliver(hook, [], { secret: "another" })).status).toBe(401);
    expect((await fetch(hook, { method: "POST", body: '{"object":"instagram"}' })).status).toBe(401);
    await relais.stop();
    await meta.close();
  });
});
