import { createHash } from "node:crypto";
import { z } from "zod";
import { parseCatalogue } from "../catalogue.ts";
import type { ContactId, ConversationId, EffectId, EventId } from "../core/domain/ids.ts";
import { NAME } from "../core/flow/document.ts";
import type { ServerDeps } from "./deps.ts";
import { apiMessage, messageView } from "./message-view.ts";
import { productsOf } from "./products.ts";
import { NOT_FOUND, ok, type Route, route } from "./route.ts";

const id = z.strictObject({ id: z.string().min(1).max(200) });
const page = { cursor: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) };
const flowId = z.strictObject({ id: z.string().regex(NAME) });

/** Every route of the API but the streams. Each names its permission; each asks the store with its own workspace. */
export function apiRoutes(deps: ServerDeps): readonly Route[] {
  const { store } = deps;
  const command = async (
    workspaceId: Parameters<typeof store.mailbox.enqueue>[0]["workspaceId"],
    conversationId: string,
    event: Parameters<typeof store.mailbox.enqueue>[1],
  ) => {
    const done = await store.mailbox.enqueue(
      { workspaceId, conversationId: conversationId as ConversationId },
      event,
      `${event.type}:${deps.ids.token()}`,
    );
    return done.added ? ok({ done: true }) : NOT_FOUND;
  };
  return [
    route({
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
        const found = await store.conversations.messages(principal.workspaceId, given(query));
        return ok({ items: found.items.map(messageView), next: found.next });
      },
    }),
    route({
      method: "get",
      path: "/api/conversations",
      permission: "conversations.view",
      summary: "Conversations, the last spoken in first",
      query: z.strictObject({
        status: z.enum(["open", "waiting", "closed", "archived", "spam"]).optional(),
        owner: z.enum(["bot", "agent"]).optional(),
        channel: z.enum(["whatsapp", "messenger", "instagram", "sms", "email", "form", "web"]).optional(),
        accountId: z.string().max(100).optional(),
        contactId: z.string().max(100).optional(),
        ...page,
      }),
      run: async ({ principal, query }) => ok(await store.conversations.list(principal.workspaceId, given(query))),
    }),
    route({
      method: "get",
      path: "/api/conversations/{id}",
      permission: "conversations.view",
      summary: "One conversation, and where the bot stands in it",
      params: id,
      run: async ({ principal: { workspaceId }, params }) => {
        const conversation = await store.conversations.get(workspaceId, params.id as ConversationId);
        if (!conversation) return NOT_FOUND;
        const run = await store.conversations.run(workspaceId, conversation.id);
        const steps = await store.conversations.steps(workspaceId, conversation.id, 20);
        const notes = await store.conversations.notes(workspaceId, conversation.id);
        const frames =
          (run?.state as { frames?: readonly { flow: string; snapshot: { value: string } }[] } | undefined)?.frames ??
          [];
        return ok({
          ...conversation,
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
    route({
      method: "get",
      path: "/api/conversations/{id}/messages",
      permission: "messages.view",
      summary: "The thread of a conversation, oldest first after a position",
      params: id,
      query: z.strictObject({ afterPosition: z.coerce.number().int().min(0).default(0), limit: page.limit }),
      reply: z.object({ items: z.array(apiMessage), next: z.string().nullable() }),
      run: async ({ principal: { workspaceId }, params, query }) => {
        if (!(await store.conversations.get(workspaceId, params.id as ConversationId))) return NOT_FOUND;
        const found = await store.conversations.messages(workspaceId, { conversationId: params.id, ...query });
        return ok({ items: found.items.map(messageView), next: found.next });
      },
    }),
    route({
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
        const ref = { workspaceId: principal.workspaceId, conversationId: params.id as ConversationId };
        const sent = await store.conversations.sendAsAgent(ref, {
          content: { type: "text", text: body.text },
          by: principal.name,
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
            const found = await store.conversations.messages(principal.workspaceId, {
              conversationId: params.id,
              afterPosition: position - 1,
              limit: 1,
            });
            const [view] = found.items;
            return view ? { status: 201, body: messageView(view) } : NOT_FOUND;
          }
        }
      },
    }),
    route({
      method: "post",
      path: "/api/conversations/{id}/takeover",
      permission: "messages.send",
      summary: "A person takes the conversation: the bot says nothing more in it",
      params: id,
      body: z.strictObject({}),
      run: ({ principal, params }) =>
        command(principal.workspaceId, params.id, { type: "takeOver", by: principal.name, via: "api" }),
    }),
    route({
      method: "post",
      path: "/api/conversations/{id}/handback",
      permission: "messages.send",
      summary: "Gives the conversation back to the bot: where it stood, from the start, or at a node",
      params: id,
      body: z.strictObject({
        mode: z.enum(["continue", "restart"]).default("continue"),
        node: z.string().regex(NAME).optional(),
      }),
      run: ({ principal, params, body }) =>
        command(principal.workspaceId, params.id, {
          type: "handBack",
          by: principal.name,
          mode: body.mode,
          ...(body.node ? { node: body.node } : {}),
        }),
    }),
    route({
      method: "post",
      path: "/api/conversations/{id}/bot",
      permission: "messages.send",
      summary: "Switches the bot on or off in one conversation",
      params: id,
      body: z.strictObject({ enabled: z.boolean() }),
      run: ({ principal, params, body }) =>
        command(principal.workspaceId, params.id, { type: "botSwitch", enabled: body.enabled, by: principal.name }),
    }),
    route({
      method: "get",
      path: "/api/contacts",
      permission: "contacts.view",
      summary: "Contacts, newest first",
      query: z.strictObject({ search: z.string().max(100).optional(), ...page }),
      run: async ({ principal, query }) => ok(await store.conversations.contacts(principal.workspaceId, given(query))),
    }),
    route({
      method: "get",
      path: "/api/contacts/{id}",
      permission: "contacts.view",
      summary: "One contact",
      params: id,
      run: async ({ principal, params }) => {
        const contact = await store.conversations.contact(principal.workspaceId, params.id as ContactId);
        return contact ? ok(contact) : NOT_FOUND;
      },
    }),
    route({
      method: "get",
      path: "/api/flows",
      permission: "flows.view",
      summary: "Flow files and what of them is published",
      run: async ({ principal }) => {
        const published = (await store.flows.current()).filter(
          ({ workspaceId }) => workspaceId === principal.workspaceId,
        );
        const live = await store.flows.liveRuns(principal.workspaceId);
        const files = await deps.flows.list();
        const names = [...new Set([...files.map((file) => file.id), ...published.map(({ flow }) => flow)])].sort();
        return ok({
          items: names.map((name) => {
            const version = published.find(({ flow }) => flow === name);
            const file = files.find((one) => one.id === name);
            const state = !version ? "draft" : file && file.source !== version.source ? "changed" : "published";
            const runs = live.filter(({ flow }) => flow === name).reduce((sum, { count }) => sum + count, 0);
            return {
              id: name,
              state,
              version: version?.number ?? null,
              publishedAt: version?.createdAt ?? null,
              liveRuns: runs,
            };
          }),
        });
      },
    }),
    route({
      method: "get",
      path: "/api/flows/{id}",
      permission: "flows.view",
      summary: "The YAML of a flow file, byte for byte",
      params: flowId,
      run: async ({ params }) => {
        const source = await deps.flows.read(params.id);
        if (source === null) return NOT_FOUND;
        return {
          status: 200,
          body: source,
          type: "application/yaml; charset=utf-8",
          headers: { etag: etagOf(source) },
        };
      },
    }),
    route({
      method: "put",
      path: "/api/flows/{id}",
      permission: "flows.edit",
      summary:
        "Writes a flow file as it is given. Send `If-Match` with the ETag you read, so that nobody's work is overwritten",
      params: flowId,
      body: "text",
      run: async ({ params, body, headers }) => {
        const source = String(body);
        const current = await deps.flows.read(params.id);
        const expected = headers("if-match");
        if (current !== null && expected !== undefined && expected !== etagOf(current)) {
          return { status: 412, body: { error: "the file was changed by somebody else", etag: etagOf(current) } };
        }
        const { diagnostics } = await deps.flows.check(params.id, source);
        await deps.flows.write(params.id, source);
        return { status: 200, body: { diagnostics }, headers: { etag: etagOf(source) } };
      },
    }),
    route({
      method: "post",
      path: "/api/flows/check",
      permission: "flows.view",
      summary: "Says what is wrong in a flow, with code, place and sentence, in French and English",
      body: z.strictObject({ source: z.string().max(2_000_000), id: z.string().regex(NAME).optional() }),
      run: async ({ body }) => ok(await deps.flows.check(body.id ?? null, body.source)),
    }),
    route({
      method: "post",
      path: "/api/flows/{id}/publish",
      permission: "flows.publish",
      summary: "Checks the file and makes it what new conversations use",
      params: flowId,
      body: z.strictObject({ note: z.string().max(500).default("") }),
      run: async ({ principal, params, body }) => {
        const done = await deps.flows.publish(params.id, body.note, principal.name);
        if (done.type === "notFound") return NOT_FOUND;
        return done.type === "refused"
          ? { status: 422, body: { error: "the flow has errors", diagnostics: done.diagnostics } }
          : ok({ version: done.number, versionId: done.versionId });
      },
    }),
    route({
      method: "post",
      path: "/api/flows/{id}/start",
      permission: "messages.send",
      summary: "Starts a published flow in a conversation",
      params: flowId,
      body: z.strictObject({
        conversationId: z.string().max(100),
        variables: z.record(z.string().regex(NAME), z.json()).default({}),
      }),
      run: ({ principal, params, body }) =>
        command(principal.workspaceId, body.conversationId, {
          type: "trigger",
          flow: params.id,
          variables: body.variables as never,
        }),
    }),
    route({
      method: "get",
      path: "/api/channels",
      permission: "accounts.view",
      summary: "Kinds of channels, what each can show, and the connected accounts without their secrets",
      run: async ({ principal }) =>
        ok({
          items: deps.channels.all.map((channel) => ({
            type: channel.type,
            label: channel.label,
            capabilities: channel.capabilities,
            account: z.toJSONSchema(channel.account, { io: "input", unrepresentable: "any" }),
            accounts: deps
              .accounts()
              .filter((account) => account.channel === channel.type && account.workspaceId === principal.workspaceId)
              .map(({ id: accountId, name, address, status, statusDetail, botEnabled }) => ({
                id: accountId,
                name,
                address,
                status,
                statusDetail,
                botEnabled,
              })),
          })),
        }),
    }),
    route({
      method: "get",
      path: "/api/outbox",
      permission: "conversations.view",
      summary: "What waits to be sent or done, and why",
      query: z.strictObject({ limit: page.limit }),
      run: async ({ principal, query }) =>
        ok({ items: await store.outbox.waiting(principal.workspaceId, query.limit) }),
    }),
    route({
      method: "post",
      path: "/api/outbox/{id}",
      permission: "messages.send",
      summary: "Decides about a message of which nobody knows whether it was delivered",
      params: id,
      body: z.strictObject({ resolve: z.enum(["resend", "skip", "sent"]) }),
      run: async ({ principal, params, body }) =>
        (await store.outbox.resolveUnknown(principal.workspaceId, params.id as EffectId, body.resolve))
          ? ok({ done: true })
          : NOT_FOUND,
    }),
    route({
      method: "get",
      path: "/api/quarantine",
      permission: "conversations.view",
      summary: "Events that could not be applied, and deliveries that could not be read",
      run: async ({ principal }) =>
        ok({
          events: await store.mailbox.quarantined(principal.workspaceId),
          deliveries: await store.operations.setAside(principal.workspaceId, 100),
        }),
    }),
    route({
      method: "post",
      path: "/api/quarantine/{id}",
      permission: "messages.send",
      summary: "Tries a quarantined event once more, or leaves it",
      params: id,
      body: z.strictObject({ do: z.enum(["retry", "skip"]) }),
      run: async ({ principal, params, body }) =>
        (await store.mailbox.release(principal.workspaceId, params.id as EventId, body.do))
          ? ok({ done: true })
          : NOT_FOUND,
    }),
    route({
      method: "get",
      path: "/api/notices",
      permission: "settings.manage",
      summary: "What the operator should know, newest first",
      query: z.strictObject({ limit: page.limit }),
      run: async ({ principal, query }) =>
        ok({ items: await store.operations.notices(principal.workspaceId, query.limit) }),
    }),
    route({
      method: "get",
      path: "/api/orders",
      permission: "conversations.view",
      summary: "Orders, newest first",
      query: z.strictObject(page),
      run: async ({ principal, query }) => ok(await store.shop.orders(principal.workspaceId, given(query))),
    }),
    route({
      method: "get",
      path: "/api/products",
      permission: "conversations.view",
      summary: "Products of the catalogue",
      query: z.strictObject({
        category: z.string().max(80).optional(),
        search: z.string().max(200).optional(),
        language: z
          .string()
          .regex(/^[a-z]{2}$/)
          .default("fr"),
        limit: page.limit,
      }),
      run: async ({ principal, query }) =>
        ok({ items: await store.shop.products(principal.workspaceId, given(query)) }),
    }),
    route({
      method: "put",
      path: "/api/products",
      permission: "catalogue.edit",
      summary:
        "Imports a catalogue as CSV or as a JSON list; what cannot be read is named and nothing is left half done",
      body: "text",
      run: async ({ principal, body, headers }) => {
        const isJson = headers("content-type")?.startsWith("application/json") ?? false;
        const { products, problems } = isJson ? productsOf(String(body)) : parseCatalogue(String(body));
        if (problems.length > 0) return { status: 422, body: { problems } };
        return ok(await store.shop.saveProducts(principal.workspaceId, products));
      },
    }),
  ];
}

/** Without the keys whose value is undefined: the ports tell "not given" from "given as nothing". */
function given<T extends object>(query: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as never;
}

function etagOf(source: string): string {
  return `"${createHash("sha256").update(source).digest("hex").slice(0, 32)}"`;
}
