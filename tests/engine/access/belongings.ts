import type { ChannelAccountId, ConversationId, UserId } from "../../../engine/core/domain/ids.ts";
import type { InboundContent } from "../../../engine/core/domain/message.ts";
import type { Grant, Override } from "../../../engine/core/domain/rights.ts";
import { hashOf } from "../../../engine/server/auth.ts";
import type { FakeClock } from "../../support/fake-clock.ts";
import { answering, no, yes } from "../../support/stores.ts";
import type { TestApp } from "../../support/test-app.ts";

/** One thing of each kind that routes can name, all of one account (people, roles and tokens: of its workspace). */
export interface Belongings {
  readonly account: string;
  readonly conversation: string;
  readonly message: string;
  readonly media: string;
  readonly contact: string;
  /** Somebody else who wrote to the same account. */
  readonly secondContact: string;
  /** A send of which nobody knows how it ended. */
  readonly effect: string;
  /** An event that could not be applied. */
  readonly event: string;
  readonly user: string;
  readonly session: string;
  readonly role: string;
  readonly token: string;
  /** Of what kind the account is. */
  readonly channel: string;
  /** Stands in every message, name and external id of this account. */
  readonly words: string;
}
export type Kind = Exclude<keyof Belongings, "words" | "channel">;

const BY = { type: "system", id: null, name: "test", address: null } as const;
const DAY = 86_400_000;
let made = 0;

/** Makes one of each for an account, through the store as the program itself does. */
export async function belongingsOf(
  relais: TestApp,
  clock: FakeClock,
  accountId: ChannelAccountId,
): Promise<Belongings> {
  const { store, workspaceId } = relais;
  const n = ++made;
  const words = `canari${n}x`;
  const phone = (place: string) => `+33639${place}${String(n).padStart(5, "0")}`;
  const say = async (name: string, content: InboundContent, from = phone("1")) => {
    const at = new Date(clock.now()).toISOString();
    const externalId = `${words}${name}`;
    const accepted = await store.inbox.accept({
      id: relais.deps.ids.make("delivery"),
      channel: "whatsapp",
      receivedAt: at,
      headers: {},
      body: new TextEncoder().encode(words),
      events: [
        {
          type: "message",
          accountId,
          dedupeKey: externalId,
          externalId,
          at,
          from: { identities: [{ kind: "phone", value: from }], name: words },
          content,
        },
      ],
      setAside: [],
    });
    const [message] = accepted.messages;
    if (!message) throw new Error("no message");
    return message;
  };
  const first = await say("", { type: "text", text: words });
  const ref = { workspaceId, conversationId: first.conversationId };
  const step = await store.mailbox.step(ref, answering(words), yes);
  const [claimed] = step.type === "applied" ? step.claimed : [];
  if (!claimed) throw new Error("no effect");
  await store.outbox.settle(
    claimed,
    { type: "unknown", until: new Date(clock.now() + DAY).toISOString(), detail: "" },
    no,
  );
  const file = await relais.deps.files.save(new TextEncoder().encode(words), "image/png");
  const image = await say("image", { type: "media", media: { kind: "image", mimeType: "image/png" } });
  await store.conversations.setMedia(workspaceId, image.messageId, { ...file, mimeType: "image/png" });
  for (
    let tries = 0;
    tries < 9 &&
    (await store.mailbox.quarantined(workspaceId)).every((one) => one.conversationId !== first.conversationId);
    tries++
  ) {
    await store.mailbox.step(
      ref,
      () => {
        throw new Error(words);
      },
      no,
    );
    clock.advance(60_000);
  }
  const event = (await store.mailbox.quarantined(workspaceId)).find(
    (one) => one.conversationId === first.conversationId,
  );
  const conversation = await store.conversations.get(workspaceId, first.conversationId as ConversationId);
  if (!event || !conversation) throw new Error("no quarantined event");
  const second = await say("second", { type: "text", text: words }, phone("2"));
  const other = await store.conversations.get(workspaceId, second.conversationId);
  const user = await signedIn(relais, clock, [], []);
  const role = await store.roles.create(workspaceId, { name: words, description: "", permissions: [] }, BY);
  const token = await store.tokens.create(
    workspaceId,
    { name: words, permissions: [], accountIds: null, userId: null, hint: "", expiresAt: null, tokenHash: words },
    BY,
  );
  return {
    account: accountId,
    channel: conversation.channel,
    conversation: first.conversationId,
    message: first.messageId,
    media: image.messageId,
    contact: conversation.contactId,
    secondContact: other?.contactId ?? "",
    effect: claimed.id,
    event: event.id,
    user: user.id,
    session: user.session,
    role: role?.id ?? "",
    token: token.id,
    words,
  };
}

/** Somebody with these rights, signed in. */
export async function signedIn(
  relais: TestApp,
  clock: FakeClock,
  grants: readonly Grant[],
  overrides: readonly Override[],
): Promise<{ readonly id: UserId; readonly session: string; readonly cookie: string }> {
  const { store, workspaceId } = relais;
  const email = `user${++made}@example.com`;
  const expiresAt = new Date(clock.now() + DAY).toISOString();
  const link = { tokenHash: hashOf(email), expiresAt };
  const invited = await store.users.invite(
    workspaceId,
    { email, name: email, language: "fr", grants, overrides },
    link,
    BY,
  );
  if (!invited) throw new Error("not invited");
  await store.users.takeLink(workspaceId, "invitation", hashOf(email), { passwordHash: "none" }, "test");
  const key = email.replace(/\W/g, "").padEnd(43, "x");
  const session = await store.sessions.start(
    workspaceId,
    { userId: invited.id, tokenHash: hashOf(key), expiresAt, agent: "test" },
    { ...BY, type: "user", id: invited.id },
  );
  return { id: invited.id, session, cookie: `__Host-relais=${key}` };
}
