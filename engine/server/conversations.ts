import { z } from "zod";
import { CHANNEL_TYPES } from "../core/domain/channel.ts";
import type { ConversationId, MessageId } from "../core/domain/ids.ts";
import { type AccountScope, holds } from "../core/domain/rights.ts";
import { NAME } from "../core/flow/document.ts";
import type { ConversationView, MessageView } from "../ports.ts";
import { command } from "./command.ts";
import type { ServerDeps } from "./deps.ts";
import { type ApiMessage, apiMessage, messageView } from "./message-view.ts";
import { given, id, page } from "./query.ts";
import { accountRoute, NOT_FOUND, ok, type Route } from "./route.ts";

/** Messages and conversations: what was said, and who answers. */
export function conversationRoutes(deps: ServerDeps): readonly Route[] {
  const { store } = deps;
  const viewOf = (message: MessageView): ApiMessage => messageView(message, deps.channels.of(message.channel));
  return [
    accountRoute({
      method: "get",
      path: "/api/messages",
      permission: "messages.view",
      summary: "Messages, newest first; of one conversation in its order with `afterPosition`",
      query: z.strictObject({
        externalId: z.string().max(500).optional(),
        conversationId: z.string().max(100).optional(),
        status: z.enum(["queued", "sent", "delivered", "read", "failed", "cancelled", "received"]).optional(),
        afterPosition: z.coerce.number().int().min(0).optional(),
        ...page,
      }),
      reply: z.object({ items: z.array(apiMessage), next: z.string().nullable() }),
      run: async ({ principal, query }) => {
        const found = await store.conversations.messages(principal.scope, given(query));
        return ok({ items: found.items.map(viewOf), next: found.next });
      },
    }),
    accountRoute({
      method: "get",
      path: "/api/messages/{id}/mail",
      permission: "messages.view",
      summary:
        "What came with a message by e-mail: subject, the whole text, sanitised HTML, what is known of the sender",
      params: id,
      run: async ({ principal, params }) => {
        const { items } = await store.conversations.messages(principal.scope, { id: params.id, limit: 1 });
        if (items.length === 0) return NOT_FOUND;
        const facts = await store.mails.facts(deps.settings.workspaceId, params.id as MessageId);
        return facts ? ok(facts) : NOT_FOUND;
      },
    }),
    accountRoute({
      method: "get",
      path: "/api/conversations",
      permission: "conversations.view",
      summary: "Conversations, the last spoken in first",
      query: z.strictObject({
        status: z.enum(["open", "waiting", "closed", "archived", "spam"]).optional(),
        owner: z.enum(["bot", "agent"]).optional(),
        channel: z.enum(CHANNEL_TYPES).optional(),
        accountId: z.string().max(100).optional(),
        contactId: z.string().max(100).optional(),
        ...page,
      }),
      run: async ({ principal, query }) => {
        const { items, next } = await store.conversations.list(principal.scope, given(query));
        const readable = principal.scopeOf("messages.view");
        return ok({ items: items.map((one) => wordless(one, readable)), next });
      },
    }),
    accountRoute({
      method: "get",
      path: "/api/conversation-counts",
      permission: "conversations.view",
      summary: "How many conversations wait for a person, are the bot's, are people's, are closed",
      query: z.strictObject({ channel: z.enum(CHANNEL_TYPES).optional(), accountId: z.string().max(100).optional() }),
      run: async ({ principal, query }) => ok(await store.conversations.counts(principal.scope, given(query))),
    }),
    accountRoute({
      method: "get",
      path: "/api/conversations/{id}",
      permission: "conversations.view",
      summary: "One conversation, and where the bot stands in it",
      params: id,
      run: async ({ principal, params }) => {
        const conversation = await store.conversations.get(principal.scope, params.id as ConversationId);
        if (!conversation) return NOT_FOUND;
        const { workspaceId } = conversation;
        const run = await store.conversations.run(workspaceId, conversation.id);
        const steps = await store.conversations.steps(workspaceId, conversation.id, 20);
        const notes = await store.conversations.notes(workspaceId, conversation.id);
        const frames =
          (run?.state as { frames?: readonly { flow: string; snapshot: { value: string } }[] } | undefined)?.frames ??
          [];
        return ok({
          ...wordless(conversation, principal.scopeOf("messages.view")),
          answeredBy:
            conversation.owner === "agent" && conversation.status !== "waiting"
              ? await store.conversations.takenBy(workspaceId, conversation.id)
              : null,
          run: run && {
            id: run.id,
            flow: run.flow,
            versionId: run.versionId,
            at: frames.map(({ flow, snapshot }) => ({ flow, node: snapshot.value })),
            timers: run.timers,
          },
          steps,
          notes,
        });
      },
    }),
    accountRoute({
      method: "get",
      path: "/api/conversations/{id}/messages",
      permission: "messages.view",
      summary: "The thread of a conversation, oldest first after a position",
      params: id,
      query: z.strictObject({ afterPosition: z.coerce.number().int().min(0).default(0), limit: page.limit }),
      reply: z.object({ items: z.array(apiMessage), next: z.string().nullable() }),
      run: async ({ principal: { scope }, params, query }) => {
        if (!(await store.conversations.get(scope, params.id as ConversationId))) return NOT_FOUND;
        const found = await store.conversations.messages(scope, { conversationId: params.id, ...query });
        return ok({ items: found.items.map(viewOf), next: found.next });
      },
    }),
    accountRoute({
      method: "post",
      path: "/api/conversations/{id}/messages",
      permission: "messages.send",
      summary:
        "A person writes: takes the conversation over. Send `Idempotency-Key`, or `clientId`, so that a repeat sends nothing twice",
      params: id,
      body: z.strictObject({
        text: z.string().trim().min(1).max(4000),
        clientId: z.string().min(1).max(200).optional(),
      }),
      reply: apiMessage,
      run: async ({ principal, params, body, headers }) => {
        const clientId = body.clientId ?? headers("idempotency-key") ?? deps.ids.token();
        const conversation = await store.conversations.get(principal.scope, params.id as ConversationId);
        if (!conversation) return NOT_FOUND;
        const ref = { workspaceId: conversation.workspaceId, conversationId: conversation.id };
        const { maxTextLength, maxTextBytes } = deps.channels.of(conversation.channel).capabilities;
        // What a person wrote goes as it was written, or not at all: it is not cut into parts behind their back.
        if (
          body.text.length > maxTextLength ||
          Buffer.byteLength(body.text) > (maxTextBytes ?? Number.POSITIVE_INFINITY)
        )
          return {
            status: 422,
            body: { error: `this channel takes at most ${maxTextLength} characters`, maxTextLength },
          };
        const sent = await store.conversations.sendAsAgent(ref, {
          content: { type: "text", text: body.text },
          by: principal.name,
          ...(principal.user ? { authorName: principal.user.name } : {}),
          clientId,
          via: "api",
        });
        switch (sent.type) {
          case "notFound":
            return NOT_FOUND;
          case "conflict":
            return { status: 409, body: { error: "this id was used for another message" } };
          case "windowClosed":
            return {
              status: 422,
              body: { error: "the service window is closed: only an approved template may be sent", since: sent.since },
            };
          case "queued": {
            const { position } = sent.message;
            const found = await store.conversations.messages(principal.scope, {
              conversationId: params.id,
              afterPosition: position - 1,
              limit: 1,
            });
            const [view] = found.items;
            return view ? { status: 201, body: viewOf(view) } : NOT_FOUND;
          }
        }
      },
    }),
    accountRoute({
      method: "post",
      path: "/api/conversations/{id}/takeover",
      permission: "messages.send",
      record: "call",
      summary: "A person takes the conversation: the bot says nothing more in it",
      params: id,
      body: z.strictObject({}),
      run: ({ principal, params }) =>
        command(deps, principal.scope, params.id, { type: "takeOver", by: principal.name, via: "api" }),
    }),
    accountRoute({
      method: "post",
      path: "/api/conversations/{id}/handback",
      permission: "messages.send",
      record: "call",
      summary: "Gives the conversation back to the bot: where it stood, from the start, or at a node",
      params: id,
      body: z.strictObject({
        mode: z.enum(["continue", "restart"]).default("continue"),
        node: z.string().regex(NAME).optional(),
      }),
      run: ({ principal, params, body }) =>
        command(deps, principal.scope, params.id, {
          type: "handBack",
          by: principal.name,
          mode: body.mode,
          ...(body.node ? { node: body.node } : {}),
        }),
    }),
    accountRoute({
      method: "post",
      path: "/api/conversations/{id}/bot",
      permission: "messages.send",
      summary: "Switches the bot on or off in one conversation",
      params: id,
      body: z.strictObject({ enabled: z.boolean() }),
      run: ({ principal, params, body }) =>
        command(deps, principal.scope, params.id, {
          type: "botSwitch",
          enabled: body.enabled,
          by: principal.name,
        }),
    }),
  ];
}

/** Who may see that there is a conversation, but not what is said in it. */
function wordless(conversation: ConversationView, readable: AccountScope): ConversationView {
  return holds(readable, conversation.accountId) ? conversation : { ...conversation, lastMessage: null };
}
