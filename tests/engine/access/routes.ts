import type { Belongings, Kind } from "./belongings.ts";

/** What a reader of the rights must know of a route; written by hand, so that a slip in the program shows. */
export interface Expected {
  /** `accounts messages.view`: at one account at least. `workspace users.manage`: everywhere. `self`, `anyone`. */
  readonly may: string;
  /** What `{id}` names. Absent: nothing, or a flow, which belongs to the whole workspace. */
  readonly of?: Kind;
  /** A body that fits; ids in it are the given ones. */
  readonly body?: (ids: Belongings) => object | string;
  /** Queries that name things by their id, or look for their words. */
  readonly asks?: (ids: Belongings) => readonly string[];
  /** What it is about is gone afterwards, with all that belongs to it: it is tried last. */
  readonly endsIt?: true;
  /** How it ends for whoever may, when not with 200 or 201, and why. */
  readonly ends?: readonly [status: number, because: string];
}

const nothing = () => ({});
const PASSWORD = "un mot de passe sûr";
const KEY = "k".repeat(43);

/** Every route of the API. A route that is not here fails the test, and so does one that is here and nowhere else. */
export const ROUTES: Readonly<Record<string, Expected>> = {
  "GET /api/messages": {
    may: "accounts messages.view",
    asks: ({ message, conversation, words }) => [
      `conversationId=${conversation}`,
      `conversationId=${conversation}&afterPosition=0`,
      `externalId=${words}`,
      `cursor=${Buffer.from(`9999999999999 ${message}z`).toString("base64url")}`,
    ],
  },
  "GET /api/messages/{id}/mail": { may: "accounts messages.view", of: "message", ends: [404, "it is no mail"] },
  "GET /api/conversations": {
    may: "accounts conversations.view",
    asks: ({ account, contact }) => [`accountId=${account}`, `contactId=${contact}`],
  },
  "GET /api/conversation-counts": { may: "accounts conversations.view" },
  "GET /api/conversations/{id}": { may: "accounts conversations.view", of: "conversation" },
  "GET /api/conversations/{id}/path": { may: "accounts conversations.view", of: "conversation" },
  "GET /api/conversations/{id}/messages": { may: "accounts messages.view", of: "conversation" },
  "POST /api/conversations/{id}/messages": {
    may: "accounts messages.send",
    of: "conversation",
    body: () => ({ text: "Bonjour" }),
  },
  "POST /api/conversations/{id}/takeover": { may: "accounts messages.send", of: "conversation", body: nothing },
  "POST /api/conversations/{id}/handback": { may: "accounts messages.send", of: "conversation", body: nothing },
  "POST /api/conversations/{id}/bot": {
    may: "accounts messages.send",
    of: "conversation",
    body: () => ({ enabled: true }),
  },
  "GET /api/contacts": { may: "accounts contacts.view", asks: ({ words }) => [`search=${words}`] },
  "GET /api/contacts/{id}": { may: "accounts contacts.view", of: "contact" },
  "GET /api/contacts/{id}/messages": { may: "accounts messages.view", of: "contact" },
  "PUT /api/contacts/{id}": { may: "accounts contacts.manage", of: "contact", body: () => ({ name: "Renommé" }) },
  "POST /api/contacts/{id}/merge": {
    may: "accounts contacts.manage",
    of: "contact",
    body: ({ secondContact }) => ({ with: secondContact }),
  },
  "POST /api/contacts/{id}/split": {
    may: "accounts contacts.manage",
    of: "contact",
    body: ({ contact }) => ({ contact }),
    ends: [409, "it is linked with nobody"],
  },
  "PUT /api/contacts/{id}/consent": {
    may: "accounts contacts.manage",
    of: "contact",
    body: ({ channel }) => ({ channel, purpose: "marketing", allowed: true }),
  },
  "GET /api/flows": { may: "workspace flows.view" },
  "GET /api/flows/{id}": { may: "workspace flows.view" },
  "PUT /api/flows/{id}": { may: "workspace flows.edit" },
  "POST /api/flows/check": { may: "workspace flows.view", body: () => ({ source: "flow: x" }) },
  "POST /api/flows/{id}/start": {
    may: "accounts messages.send",
    body: ({ conversation }) => ({ conversationId: conversation }),
  },
  "GET /api/flow-templates": { may: "workspace flows.view" },
  "POST /api/flows": { may: "workspace flows.edit" },
  "POST /api/flows/{id}/duplicate": { may: "workspace flows.edit" },
  "POST /api/flows/{id}/rename": { may: "workspace flows.edit" },
  "GET /api/flows/{id}/dependents": { may: "workspace flows.view" },
  "DELETE /api/flows/{id}": { may: "workspace flows.edit" },
  "GET /api/flow-files": { may: "workspace flows.view" },
  "POST /api/flow-files": { may: "workspace flows.edit" },
  "POST /api/flows/{id}/publish": { may: "workspace flows.publish", body: nothing },
  "POST /api/flows/{id}/unpublish": { may: "workspace flows.publish" },
  "GET /api/channels": { may: "accounts accounts.view", asks: () => [""] },
  "GET /api/flows/{id}/versions": { may: "workspace flows.view" },
  "GET /api/flows/{id}/versions/{number}": { may: "workspace flows.view" },
  "GET /api/flows/{id}/difference": { may: "workspace flows.view" },
  "GET /api/flows/{id}/live-runs": { may: "workspace flows.view" },
  "GET /api/flows/{id}/figures": { may: "workspace flows.view", ends: [400, "it needs a period"] },
  "GET /api/flows/{id}/talks": { may: "accounts conversations.view", ends: [400, "it needs a block"] },
  "POST /api/flows/{id}/live-runs": { may: "workspace flows.publish", body: () => ({ how: "move" }) },
  "POST /api/flows/{id}/rollback": { may: "workspace flows.publish" },
  "GET /api/accounts": { may: "accounts accounts.view", asks: () => [""] },
  "POST /api/accounts": {
    may: "workspace accounts.manage",
    body: () => ({ channel: "none", name: "X", config: {} }),
    ends: [400, "there is no such channel"],
  },
  "POST /api/accounts/test": {
    may: "workspace accounts.manage",
    body: ({ account, channel }) => ({ channel, config: {}, id: account }),
  },
  "GET /api/accounts/{id}": { may: "accounts accounts.view", of: "account" },
  "PUT /api/accounts/{id}": { may: "accounts accounts.manage", of: "account", body: () => ({ botEnabled: true }) },
  "DELETE /api/accounts/{id}": { may: "accounts accounts.manage", of: "account", endsIt: true },
  "POST /api/accounts/{id}/test": { may: "accounts accounts.manage", of: "account" },
  "POST /api/accounts/{id}/resume": { may: "accounts accounts.manage", of: "account" },
  "GET /api/outbox": { may: "accounts conversations.view", asks: () => [""] },
  "POST /api/outbox/{id}": { may: "accounts messages.send", of: "effect", body: () => ({ resolve: "skip" }) },
  "GET /api/quarantine": { may: "accounts conversations.view", asks: () => [""] },
  "POST /api/quarantine/{id}": { may: "accounts messages.send", of: "event", body: () => ({ do: "skip" }) },
  "GET /api/notices": { may: "workspace settings.manage" },
  "GET /api/orders": { may: "accounts conversations.view" },
  "GET /api/products": { may: "accounts conversations.view" },
  "PUT /api/products": { may: "workspace catalogue.edit" },
  "GET /api/setup": { may: "anyone" },
  "POST /api/setup": {
    may: "anyone",
    body: () => ({ token: KEY, email: "x@example.com", name: "X", password: PASSWORD }),
    ends: [403, "somebody can sign in"],
  },
  "POST /api/session": {
    may: "anyone",
    body: () => ({ email: "x@example.com", password: PASSWORD }),
    ends: [401, "nobody has this address"],
  },
  "GET /api/session": { may: "self" },
  "PUT /api/session": { may: "self", body: () => ({ language: "fr" }) },
  "DELETE /api/session": { may: "self" },
  "GET /api/sessions": { may: "self" },
  "DELETE /api/sessions/{id}": { may: "self", of: "session", ends: [404, "it is somebody else's"] },
  "DELETE /api/sessions": { may: "self" },
  "POST /api/link": {
    may: "anyone",
    body: () => ({ token: KEY, kind: "invitation" }),
    ends: [403, "there is no such link"],
  },
  "POST /api/invitation": {
    may: "anyone",
    body: () => ({ token: KEY, password: PASSWORD }),
    ends: [403, "there is no such link"],
  },
  "POST /api/password": {
    may: "anyone",
    body: () => ({ token: KEY, password: PASSWORD }),
    ends: [403, "there is no such link"],
  },
  "PUT /api/password": { may: "self", body: () => ({ current: "x", next: PASSWORD }), ends: [422, "a wrong password"] },
  "POST /api/two-factor/key": { may: "self", body: nothing },
  "POST /api/two-factor": {
    may: "self",
    body: () => ({ password: "x", key: "A".repeat(32), code: "000000" }),
    ends: [422, "a wrong password"],
  },
  "DELETE /api/two-factor": { may: "self", body: () => ({ password: "x" }), ends: [422, "a wrong password"] },
  "GET /api/users": { may: "workspace users.manage" },
  "POST /api/users": {
    may: "workspace users.manage",
    body: () => ({ email: `new${Math.floor(performance.now() * 1000)}@example.com`, name: "X", grants: [] }),
  },
  "GET /api/users/{id}": { may: "workspace users.manage", of: "user" },
  "PUT /api/users/{id}": { may: "workspace users.manage", of: "user", body: () => ({ name: "Renommé" }) },
  "DELETE /api/users/{id}": { may: "workspace users.manage", of: "user" },
  "POST /api/users/{id}/link": { may: "workspace users.manage", of: "user", body: nothing },
  "DELETE /api/users/{id}/sessions": { may: "workspace users.manage", of: "user" },
  "DELETE /api/users/{id}/two-factor": { may: "workspace users.manage", of: "user" },
  "GET /api/roles": { may: "workspace users.manage" },
  "POST /api/roles": {
    may: "workspace roles.manage",
    body: () => ({ name: `R${Math.floor(performance.now() * 1000)}`, permissions: [] }),
  },
  "PUT /api/roles/{id}": {
    may: "workspace roles.manage",
    of: "role",
    body: ({ role }) => ({ name: `Nom ${role}`, permissions: [] }),
  },
  "DELETE /api/roles/{id}": { may: "workspace roles.manage", of: "role" },
  "GET /api/tokens": { may: "workspace settings.manage" },
  "POST /api/tokens": {
    may: "workspace settings.manage",
    body: ({ account }) => ({ name: "T", permissions: ["messages.view"], accountIds: [account] }),
  },
  "DELETE /api/tokens/{id}": { may: "workspace settings.manage", of: "token" },
  "GET /api/audit": { may: "workspace settings.manage" },
};
