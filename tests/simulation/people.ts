import type { SmsAccount } from "../../channels/sms/index.ts";
import type { WhatsappAccount } from "../../channels/whatsapp/index.ts";
import type { ConversationId, WorkspaceId } from "../../engine/core/domain/ids.ts";
import type { ChannelAccount } from "../../engine/ports.ts";
import type { Change } from "./deliveries.ts";
import type { Random } from "./random.ts";
import type { Simulation } from "./simulation.ts";
import { flowSource } from "./world.ts";

/** Somebody who writes to one of the accounts. */
interface Contact {
  readonly account: ChannelAccount;
  /** Phone number or visitor id. */
  address: string;
  /** What was offered last; a tap takes one of them. */
  offers: readonly { readonly id: string; readonly label: string }[];
  messages: number;
}

/** A text that makes `decide` throw, and one that takes the whole process with it. */
export const POISON = "☠ poison";
export const LETHAL = "☠ lethal";

const WORDS = [
  "Bonjour",
  "Bonjour",
  "produits",
  "Pause",
  "Appel",
  "Regard",
  "Oui",
  "1",
  "2",
  "3",
  "Commande",
  "ma commande",
  "Conseiller",
  "humain",
  "menu",
  "rdv",
  "sav",
  "demain",
  "14h",
  "Léa Martin",
  "06 39 98 00 01",
  "lea@example.com",
  "Combien coûte la livraison ?",
  "Réparez-vous les vélos électriques ?",
  "Court",
  "Long",
  "Non, merci",
  "Confirmer",
  "STOP",
  "START",
  "aide",
  "🙂",
  "x".repeat(900),
] as const;

/** Contacts, agents and operators: what they do, and when. */
export interface People {
  /** A provider showed this to a contact. */
  told(accountId: string, address: string, offers: Contact["offers"]): void;
  /** Plans all that happens in this seed. */
  plan(): void;
  /** An operator puts right what waits for people: paused accounts, sends that nobody knows about. */
  putRight(): void;
}

export function createPeople(simulation: Simulation, random: Random): People {
  const { scheduler, faults, world } = simulation;
  const contacts: Contact[] = [];
  const waiting = new Map<string, Change[]>();
  let clients = 0;

  const speak = (contact: Contact): void => {
    contact.messages++;
    const offer = contact.offers.length > 0 && random.chance(0.6) ? random.pick(contact.offers) : null;
    const text = random.chance(faults.lethal) ? LETHAL : random.chance(faults.poison) ? POISON : random.pick(WORDS);
    const number = simulation.nextNumber();
    const { account, address } = contact;
    switch (account.channel) {
      case "whatsapp":
        return onWhatsapp(contact, number, offer, text);
      case "sms": {
        const sid = `SM${number.toString(16).padStart(32, "a")}`;
        const { from } = account.config as SmsAccount;
        const fields = {
          MessageSid: sid,
          From: address,
          To: from,
          Body: offer?.label ?? text,
          NumMedia: "0",
          SmsStatus: "received",
        };
        return simulation.deliveries.sms(
          account,
          fields,
          [{ accountId: account.id, dedupeKey: sid, externalId: sid }],
          0,
        );
      }
      default: {
        const clientMessageId = `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
        const key = `${address.slice(0, 24)}:${clientMessageId}`;
        const body = { clientMessageId, ...(offer ? { choice: offer } : { text }) };
        return simulation.deliveries.visitor(
          account,
          address,
          body,
          [{ accountId: account.id, dedupeKey: key, externalId: key }],
          0,
        );
      }
    }
  };

  const onWhatsapp = (
    contact: Contact,
    number: number,
    offer: Contact["offers"][number] | null,
    text: string,
  ): void => {
    const { account, address } = contact;
    const from = address.slice(1);
    const id = `wamid.IN.${number}`;
    const base = { from, id, timestamp: String(Math.floor(scheduler.now() / 1000)) };
    const change = random.chance(faults.changes) ? random.pick(["number", "edit", "revoke"]) : null;
    const other = random.chance(0.06) ? random.pick(["image", "reaction", "echo"]) : "text";
    const kind = change ?? (offer ? "tap" : other);
    const profile = { contacts: [{ profile: { name: "Léa Martin" }, wa_id: from }] };
    const expected = [{ accountId: account.id, dedupeKey: id, externalId: id }];
    const put = (value: object, wanted: Change["expected"] = expected): void =>
      post({ account, value, expected: wanted });
    switch (kind) {
      case "tap":
        return put({
          ...profile,
          messages: [
            {
              ...base,
              type: "interactive",
              interactive: { type: "button_reply", button_reply: { id: offer?.id, title: offer?.label } },
            },
          ],
        });
      case "image":
        return put({
          ...profile,
          messages: [{ ...base, type: "image", image: { id: "4711", mime_type: "image/png" } }],
        });
      case "reaction":
        return put({
          ...profile,
          messages: [{ ...base, type: "reaction", reaction: { message_id: "wamid.OUT.1", emoji: "👍" } }],
        });
      case "echo":
        if (faults.agents === 0) return;
        return put(
          {
            message_echoes: [
              { from: "0", to: from, id, timestamp: base.timestamp, type: "text", text: { body: "c'est moi" } },
            ],
          },
          [],
        );
      case "number": {
        // Sometimes the new number is somebody's already: then two contacts are one.
        const known = contacts.filter((one) => one.account.id === account.id && one !== contact);
        const taken = known.length > 0 && random.chance(0.4) ? random.pick(known).address : null;
        const next = taken ?? `+33639${String(970_000 + number).padStart(6, "0")}`;
        const system = { type: "user_changed_number", wa_id: next.slice(1) };
        contact.address = next;
        return put({ messages: [{ ...base, type: "system", system }] }, [{ accountId: account.id, dedupeKey: id }]);
      }
      case "edit":
      case "revoke": {
        const original = { original_message_id: `wamid.IN.${Math.max(1, number - 1 - random.int(4))}` };
        const edit = { ...original, message: { type: "text", text: { body: "corrigé" } } };
        const said = kind === "edit" ? { type: "edit", edit } : { type: "revoke", revoke: original };
        return put({ ...profile, messages: [{ ...base, ...said }] }, [{ accountId: account.id, dedupeKey: id }]);
      }
      default:
        return put({ ...profile, messages: [{ ...base, type: "text", text: { body: text } }] });
    }
  };

  /** Meta puts changes of one app together when they come close after one another. */
  const post = (change: Change): void => {
    const app = (change.account.config as WhatsappAccount).appSecret;
    const batch = waiting.get(app);
    if (batch) {
      batch.push(change);
      return;
    }
    if (!random.chance(faults.batches)) return simulation.deliveries.whatsapp([change], 0);
    waiting.set(app, [change]);
    scheduler.after(random.between(5, 2000), "batch", () => {
      simulation.deliveries.whatsapp(waiting.get(app) ?? [], 0);
      waiting.delete(app);
    });
  };

  /** What a person at a desk does with a conversation; tried again until it is certain. */
  const atDesk = (act: string, conv: string, ws: string, key: number, tries = 0): void => {
    const life = simulation.life();
    const again = (): void => {
      if (tries < 20) scheduler.after(2000, `${act} again`, () => atDesk(act, conv, ws, key, tries + 1));
    };
    if (!life) return again();
    const ref = { workspaceId: ws as WorkspaceId, conversationId: conv as ConversationId };
    const { store } = life;
    const enqueue = (event: Parameters<typeof store.mailbox.enqueue>[1]): Promise<unknown> =>
      store.mailbox.enqueue(ref, event, `${act}:${key}`);
    const work = (): Promise<unknown> => {
      switch (act) {
        case "answer":
          return store.conversations
            .sendAsAgent(ref, {
              content:
                key % 4 === 0
                  ? { type: "template", name: "bonjour", language: "fr", parameters: {}, text: `Paul ${key}` }
                  : { type: "text", text: `Paul ${key}` },
              by: "Paul",
              clientId: String(key),
              via: "inbox",
            })
            .then((sent) => {
              if (sent.type === "queued" && !life.dead) simulation.agentHeard(sent.message.id);
            });
        case "takeOver":
          return enqueue({ type: "takeOver", by: "Paul", via: "inbox" });
        case "handBack":
          return enqueue({ type: "handBack", by: "Paul", mode: key % 3 === 0 ? "restart" : "continue" });
        case "botOff":
          return enqueue({ type: "botSwitch", enabled: false, by: "Paul" });
        case "botOn":
          return enqueue({ type: "botSwitch", enabled: true, by: "Paul" });
        default:
          return enqueue({ type: "trigger", flow: key % 2 === 0 ? "hors-horaires" : "tour", variables: {} });
      }
    };
    let over = false;
    const settled = (ok: boolean): void => {
      if (over) return;
      over = true;
      if (!ok || life.dead) again();
    };
    work().then(
      () => settled(true),
      () => settled(false),
    );
    scheduler.after(5000, "desk waits", () => settled(!life.dead));
  };

  const agentActs = (): void => {
    const all = [...simulation.oracle.conversations.values()];
    if (all.length === 0) return;
    const { id, ws } = random.pick(all);
    const act = random.pick([
      "answer",
      "answer",
      "takeOver",
      "takeOver",
      "handBack",
      "handBack",
      "botOff",
      "botOn",
      "trigger",
    ]);
    simulation.count(`agent ${act}`);
    atDesk(act, id, ws, simulation.nextNumber());
    // Two people at the same moment.
    if (random.chance(0.2)) atDesk("answer", id, ws, simulation.nextNumber());
  };

  return {
    told(accountId, address, offers) {
      const contact = contacts.find((one) => one.account.id === accountId && one.address === address);
      if (contact) contact.offers = offers;
    },
    plan() {
      const accounts = random.shuffled(world.accounts).slice(0, 1 + random.int(world.accounts.length));
      for (let index = 0; index < faults.contacts; index++) {
        const account = random.pick(accounts);
        const number = `+33639${String(980_100 + (random.chance(0.3) ? index >> 1 : index)).padStart(6, "0")}`;
        const address = account.channel === "web" ? `visitor-${String(index).padStart(30, "0")}` : number;
        if (contacts.some((one) => one.account.id === account.id && one.address === address)) continue;
        contacts.push({ account, address, offers: [], messages: 0 });
      }
      for (let index = 0; index < faults.events; index++) {
        const at = random.between(0, faults.spanMs);
        if (random.chance(faults.agents)) scheduler.after(at, "agent", agentActs);
        else {
          const contact = random.pick(contacts);
          // Several at once, sometimes: that is how people type.
          const texts = random.chance(0.15) ? 3 : 1;
          for (let line = 0; line < texts; line++)
            scheduler.after(at + line * random.between(0, 900), "contact", () => speak(contact));
        }
      }
      if (faults.publish > 0)
        scheduler.after(random.between(0, faults.spanMs), "publish", () => {
          clients++;
          const source = `${flowSource("relance")}# ${clients}\n`;
          const workspaceId = world.workspaces[1] as WorkspaceId;
          simulation
            .life()
            ?.store.flows.publish(workspaceId, { flow: "relance", source, playbook: null, note: "again", by: "Paul" })
            .catch(() => {});
        });
      if (faults.agents > 0 || faults.tokenExpires.length > 0 || faults.poison > 0) {
        const rounds = (): void => {
          scheduler.after(random.between(30_000, 600_000), "operator", () => {
            if (simulation.sinceStart() > faults.spanMs) return;
            simulation.people.putRight();
            rounds();
          });
        };
        rounds();
      }
    },
    putRight() {
      const life = simulation.life();
      if (!life) return;
      const { store } = life;
      for (const { id, workspaceId, status } of life.accounts()) {
        if (status !== "authFailed") continue;
        simulation.expired.delete(id);
        simulation.count("account resumed");
        store.accounts.setStatus(workspaceId, id, "active", null).catch(() => {});
      }
      for (const workspaceId of world.workspaces)
        store.mailbox.quarantined(workspaceId).then(
          (events) => {
            for (const { id } of events) {
              if (simulation.healed || life.dead || !random.chance(0.5)) continue;
              const how = random.pick(["retry", "skip"] as const);
              simulation.count(`quarantine ${how}`);
              store.mailbox.release(workspaceId, id, how).catch(() => {});
            }
          },
          () => {},
        );
      for (const effect of simulation.oracle.effects.values()) {
        if (effect.state !== "asked") continue;
        const how = random.pick(["resend", "sent", "skip"] as const);
        simulation.count(`asked ${how}`);
        store.outbox
          .resolveUnknown(effect.ws as WorkspaceId, effect.id as never, how)
          .then((done) => done && how === "sent" && simulation.oracle.settledByHand(effect.id))
          .catch(() => {});
      }
    },
  };
}
