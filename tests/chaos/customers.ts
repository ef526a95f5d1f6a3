import { type FakeGraph, type Sent, wordsOf } from "../support/fake-graph.ts";
import { ask } from "./machine.ts";
import type { Meta } from "./meta.ts";

/** What somebody does, and what must come back, in this order, before they do the next thing. */
interface Turn {
  readonly move:
    | { readonly type: "say"; readonly text: string }
    | { readonly type: "tap"; readonly label: string }
    | { readonly type: "agentWrites"; readonly text: string }
    | { readonly type: "agentHandsBack" };
  readonly replies: readonly RegExp[];
}

const say = (text: string, ...replies: readonly RegExp[]): Turn => ({ move: { type: "say", text }, replies });
const tap = (label: string, ...replies: readonly RegExp[]): Turn => ({ move: { type: "tap", label }, replies });

const GREETED = say("Bonjour", /bienvenue/);
const LEAVES = tap("Non, merci", /bientôt/);

/** The talks that customers have, and how often each. */
export const TALKS = {
  order: [
    GREETED,
    tap("Produits", /Voici nos produits/),
    tap("Savon au miel", /Voici votre commande/),
    tap("Confirmer", /est confirmée/),
  ],
  greeting: [GREETED],
  question: [GREETED, say("Combien coûte la livraison ?", /livraison/, /autre chose/), LEAVES],
  patience: [say("patience", /Un instant/, /Merci d'avoir attendu/)],
  person: [
    GREETED,
    say("conseiller", /conseiller/),
    { move: { type: "agentWrites", text: "Bonjour, je suis Paul." }, replies: [/Paul/] },
    { move: { type: "agentHandsBack" }, replies: [/autre chose/] },
    LEAVES,
  ],
} as const satisfies Readonly<Record<string, readonly Turn[]>>;
export type TalkName = keyof typeof TALKS;

export interface Talk {
  readonly name: TalkName;
  readonly contact: string;
  /** Ids of what the customer wrote, in order. */
  readonly said: string[];
  /** Our own ids of what they got, first time each, with the words. */
  readonly heard: { readonly evidence: string; readonly words: string }[];
  turn: number;
  replies: number;
  lastAt: number;
  done: boolean;
}

export interface CustomersOptions {
  readonly graph: FakeGraph;
  readonly meta: Meta;
  /** Machines that agents may ask. */
  readonly apis: () => readonly string[];
  /** Messages of customers per second, all together. */
  readonly perSecond: number;
  readonly random: () => number;
  readonly talks: Readonly<Partial<Record<TalkName, number>>>;
  /** Statuses, and our id in them. Off: evidence is suppressed. */
  readonly evidence: boolean;
  /** Talks at the same time, at most: more would only wait. */
  readonly most?: number;
}

/** Many people who talk at the same time, each at their own pace, always waiting for the answer. */
export interface Customers {
  readonly talks: readonly Talk[];
  start(): void;
  /** No new talks; those that are going on are ended. */
  finish(): void;
  open(): readonly Talk[];
  /** Begins one talk at once. */
  begin(name?: TalkName): Talk | null;
}

/** Numbers that are reserved for fiction: +33 6 39 98 and four digits. */
const CONTACTS = 10_000;
const numberOf = (index: number): string => `+3363998${String(index % CONTACTS).padStart(4, "0")}`;

export function createCustomers(options: CustomersOptions): Customers {
  const { graph, meta, random } = options;
  const talks: Talk[] = [];
  const talking = new Map<string, Talk>();
  const offers = new Map<string, Sent>();
  const seen = new Set<string>();
  let contacts = 0;
  let messages = 0;
  let timer: NodeJS.Timeout | null = null;

  const message = (talk: Talk, more: object): void => {
    const id = `wamid.IN.${++messages}.${talk.contact.slice(1)}`;
    talk.said.push(id);
    void meta.deliver(id, {
      contacts: [{ profile: { name: "Léa Martin" }, wa_id: talk.contact.slice(1) }],
      messages: [{ from: talk.contact.slice(1), id, timestamp: String(Math.floor(Date.now() / 1000)), ...more }],
    });
  };
  const move = (talk: Talk): void => {
    const next: Turn | undefined = TALKS[talk.name][talk.turn];
    if (!next) {
      talk.done = true;
      talking.delete(talk.contact);
      return;
    }
    talk.lastAt = Date.now();
    switch (next.move.type) {
      case "say":
        return message(talk, { type: "text", text: { body: next.move.text } });
      case "tap": {
        const offer = offers.get(talk.contact);
        return message(talk, {
          type: "interactive",
          interactive: choiceOf(offer, next.move.label),
          context: { from: "33639980000", id: offer?.wamid },
        });
      }
      case "agentWrites":
      case "agentHandsBack":
        void agentActs(talk, next.move);
    }
  };
  /** An agent tries until the answer is there; the same client id makes a repeat harmless. */
  const agentActs = async (talk: Talk, action: Turn["move"]): Promise<void> => {
    // Before the first try: while it is repeated the customer may go on, and another id would be another message.
    const first = talk.said[talk.said.length - 1] ?? "";
    for (let tries = 0; !talk.done; tries++) {
      const apis = options.apis();
      const url = apis[tries % apis.length] ?? "";
      try {
        const { items } = await ask<{ readonly items: readonly { readonly conversationId: string }[] }>(
          url,
          `/api/messages?externalId=${first}`,
        );
        const id = items[0]?.conversationId;
        if (!id) throw new Error("not there yet");
        if (action.type === "agentWrites") {
          await ask(url, `/api/conversations/${id}/messages`, { text: action.text, clientId: first });
        } else {
          const { owner } = await ask<{ readonly owner: string }>(url, `/api/conversations/${id}`);
          if (owner === "agent") await ask(url, `/api/conversations/${id}/handback`, {});
        }
        return;
      } catch {
        await new Promise((done) => setTimeout(done, 200));
      }
    }
  };
  graph.onSent((sent) => {
    const { evidence = sent.wamid, to, wamid } = sent;
    if (options.evidence) {
      const status = { id: wamid, timestamp: String(Math.floor(Date.now() / 1000)), recipient_id: to.slice(1) };
      void meta.deliver(`status.${wamid}`, {
        statuses: [{ ...status, status: "delivered", biz_opaque_callback_data: evidence }],
      });
    }
    // A phone that gets the same message twice: its owner does not answer twice.
    if (seen.has(evidence)) return;
    seen.add(evidence);
    const talk = talking.get(to);
    if (!talk) return;
    const words = wordsOf(sent.body);
    talk.heard.push({ evidence, words });
    talk.lastAt = Date.now();
    if (sent.body.interactive?.action) offers.set(to, sent);
    const turn: Turn | undefined = TALKS[talk.name][talk.turn];
    if (!turn?.replies[talk.replies]?.test(words)) return;
    talk.replies++;
    if (talk.replies < turn.replies.length) return;
    talk.replies = 0;
    talk.turn++;
    setTimeout(move, 10 + random() * 150, talk);
  });
  const begin = (name = pick(options.talks, random)): Talk | null => {
    for (let tries = 0; tries < CONTACTS; tries++) {
      const contact = numberOf(++contacts);
      if (talking.has(contact)) continue;
      const talk: Talk = { name, contact, said: [], heard: [], turn: 0, replies: 0, lastAt: 0, done: false };
      talks.push(talk);
      talking.set(contact, talk);
      move(talk);
      return talk;
    }
    return null;
  };
  return {
    talks,
    begin,
    open: () => [...talking.values()],
    start() {
      let last = Date.now();
      let owed = 0;
      timer = setInterval(() => {
        const now = Date.now();
        const perTalk = averageTurns(options.talks);
        owed += ((now - last) / 1000) * (options.perSecond / perTalk);
        last = now;
        while (owed >= 1) {
          owed -= 1;
          if (talking.size < (options.most ?? 300)) begin();
        }
      }, 20);
    },
    finish() {
      if (timer) clearInterval(timer);
      timer = null;
    },
  };
}

function pick(weights: CustomersOptions["talks"], random: () => number): TalkName {
  const entries = Object.entries(weights) as [TalkName, number][];
  let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  return entries[0]?.[0] ?? "order";
}

function averageTurns(weights: CustomersOptions["talks"]): number {
  const entries = Object.entries(weights) as [TalkName, number][];
  const all = entries.reduce((sum, [, weight]) => sum + weight, 0);
  return entries.reduce((sum, [name, weight]) => sum + TALKS[name].length * weight, 0) / all;
}

function choiceOf(offer: Sent | undefined, label: string): object {
  const { buttons = [], sections = [] } = offer?.body.interactive?.action ?? {};
  const button = buttons.find(({ reply }) => reply?.title === label)?.reply;
  if (button) return { type: "button_reply", button_reply: button };
  const row = sections.flatMap(({ rows = [] }) => rows).find(({ title }) => title === label);
  if (!row) throw new Error(`"${label}" was not offered, but ${JSON.stringify(offer?.body ?? null)}`);
  return { type: "list_reply", list_reply: { id: row.id, title: row.title } };
}
