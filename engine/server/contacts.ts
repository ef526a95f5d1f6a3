import { z } from "zod";
import { CHANNEL_TYPES } from "../core/domain/channel.ts";
import type { ContactId } from "../core/domain/ids.ts";
import type { JsonObject } from "../core/domain/json.ts";
import { toE164 } from "../core/domain/phone.ts";
import type { AccountScope } from "../core/domain/rights.ts";
import type { ContactView } from "../ports.ts";
import type { ServerDeps } from "./deps.ts";
import { messageView } from "./message-view.ts";
import { given, id, page } from "./query.ts";
import { accountRoute, NOT_FOUND, ok, type Reply, type Route } from "./route.ts";

/** The people who wrote. */
export function contactRoutes(deps: ServerDeps): readonly Route[] {
  const { store } = deps;
  const find = (scope: AccountScope, contactId: string): Promise<ContactView | null> =>
    store.conversations.contact(scope, contactId as ContactId);
  const shown = async (scope: AccountScope, contactId: string): Promise<Reply> => {
    const contact = await find(scope, contactId);
    return contact ? ok(contact) : NOT_FOUND;
  };
  return [
    accountRoute({
      method: "get",
      path: "/api/contacts",
      permission: "contacts.view",
      summary: "Contacts, newest first; linked ones are one",
      query: z.strictObject({ search: z.string().max(100).optional(), ...page }),
      run: async ({ principal, query }) => ok(await store.conversations.contacts(principal.scope, given(query))),
    }),
    accountRoute({
      method: "get",
      path: "/api/contacts/{id}",
      permission: "contacts.view",
      summary: "One contact: the person, with the addresses of everything that is linked",
      params: id,
      run: ({ principal, params }) => shown(principal.scope, params.id),
    }),
    accountRoute({
      method: "get",
      path: "/api/contacts/{id}/messages",
      permission: "messages.view",
      summary: "The whole history of a person over all channels, newest first",
      params: id,
      query: z.strictObject(page),
      run: async ({ principal, params, query }) => {
        if (!(await find(principal.scope, params.id))) return NOT_FOUND;
        const messages = await store.conversations.messages(principal.scope, { ...given(query), contactId: params.id });
        return ok({
          ...messages,
          items: messages.items.map((message) => messageView(message, deps.channels.of(message.channel))),
        });
      },
    }),
    accountRoute({
      method: "put",
      path: "/api/contacts/{id}",
      permission: "contacts.manage",
      summary:
        "Changes what is given; a field that is null goes. Phone numbers as people write them in the workspace's country",
      params: id,
      body: z.strictObject({
        name: z.string().trim().max(200).optional(),
        firstName: z.string().trim().max(100).optional(),
        language: z
          .string()
          .regex(/^[a-z]{2}$/)
          .nullable()
          .optional(),
        phone: z.string().max(40).nullable().optional(),
        email: z.email().max(200).nullable().optional(),
        fields: z.record(z.string().min(1).max(80), z.json()).optional(),
        labels: z.array(z.string().trim().min(1).max(80)).max(100).optional(),
      }),
      run: async ({ principal, params, body }) => {
        const contact = await find(principal.scope, params.id);
        if (!contact) return NOT_FOUND;
        const own = (await store.workspaces.all()).find((one) => one.id === deps.settings.workspaceId);
        const country = own?.country ?? "FR";
        const phone = body.phone ? toE164(body.phone, country) : body.phone;
        if (body.phone && phone === null) {
          const message = {
            fr: "Ce numéro n’existe pas. Exemple : 06 39 98 12 34",
            en: "There is no such number. Example: 06 39 98 12 34",
          };
          return { status: 400, body: { error: message.en, fields: { phone: message } } };
        }
        const { phone: _, fields, ...rest } = given(body);
        await store.people.update(principal.scope, contact.id, {
          ...rest,
          ...(phone === undefined ? {} : { phone }),
          ...(fields ? { fields: fields as JsonObject } : {}),
        });
        return shown(principal.scope, contact.id);
      },
    }),
    accountRoute({
      method: "post",
      path: "/api/contacts/{id}/merge",
      permission: "contacts.manage",
      summary: "Makes two contacts one person with one history; `with` is shown under this one from now on",
      params: id,
      body: z.strictObject({ with: z.string().min(1).max(100) }),
      run: async ({ principal, params, body }) => {
        const [kept, other] = [await find(principal.scope, params.id), await find(principal.scope, body.with)];
        if (!kept || !other) return NOT_FOUND;
        const linked = await store.people.link(principal.scope, kept.id, other.id, principal.name);
        return linked === "notFound" ? NOT_FOUND : shown(principal.scope, kept.id);
      },
    }),
    accountRoute({
      method: "post",
      path: "/api/contacts/{id}/split",
      permission: "contacts.manage",
      summary: "Takes a linked contact out of a person again, with its addresses, conversations and fields",
      params: id,
      body: z.strictObject({ contact: z.string().min(1).max(100) }),
      run: async ({ principal, params, body }) => {
        const person = await find(principal.scope, params.id);
        const member = person?.contacts.find((one) => one.id === body.contact);
        if (!person || !member) return NOT_FOUND;
        if (await store.people.split(principal.scope, member.id)) return shown(principal.scope, person.id);
        const message =
          member.linked === "provider"
            ? {
                fr: "Le fournisseur dit que c’est la même personne : cela ne peut pas être séparé.",
                en: "The provider says that this is the same person: it cannot be split.",
              }
            : { fr: "Ce contact n’est lié à aucun autre.", en: "This contact is not linked with another." };
        return { status: 409, body: { error: message.en, message } };
      },
    }),
    accountRoute({
      method: "put",
      path: "/api/contacts/{id}/consent",
      permission: "contacts.manage",
      summary: "What a person allows, by channel and purpose",
      params: id,
      body: z.strictObject({
        channel: z.enum(CHANNEL_TYPES),
        purpose: z.enum(["service", "marketing"]),
        allowed: z.boolean(),
      }),
      run: async ({ principal, params, body }) => {
        const contact = await find(principal.scope, params.id);
        if (!contact) return NOT_FOUND;
        const done = await store.people.setConsent(principal.scope, contact.id, body);
        return done ? shown(principal.scope, contact.id) : NOT_FOUND;
      },
    }),
  ];
}
