import { randomUUID } from "node:crypto";
import type { Server } from "node:net";
import { DIALOGUE, type Offer, type Turn } from "./dialogue.ts";
import { Latencies } from "./measure.ts";
import type { Provider } from "./provider.ts";
import { type Line, listen, openLine } from "./wire.ts";

const REPLY_WITHIN_MS = 15_000;

/** What one run of load measured. */
export interface Measured {
  readonly seconds: number;
  /** Messages whose every reply arrived. */
  readonly answered: number;
  /** Webhook sent -> last reply at the provider. */
  readonly reply: Latencies;
  /** Webhook sent -> 200. */
  readonly webhook: Latencies;
  /** What must be empty: refusals of the provider, answers other than 200, replies that did not come. */
  readonly problems: readonly string[];
}

/** Customers and the provider between them and the server, all on this side. */
export interface Driver {
  readonly provider: Provider;
  /** Where the provider is played. */
  readonly url: string;
  /** What Relais must be told to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Customers who each write as soon as they were answered; with several ports they spread over them. */
  closedLoop(ports: readonly number[], customers: number, seconds: number, options: LoopOptions): Promise<Measured>;
  /** Messages at a fixed rate, whoever is free writes; latency counts from the moment at which it should have left. */
  openLoop(port: number, perSecond: number, seconds: number, options: LoopOptions): Promise<Measured>;
  close(): void;
}

export interface LoopOptions {
  /** Discarded at the beginning, so that code is compiled and files are there. */
  readonly warmSeconds: number;
  /** The floor offers nothing: any tap will do, and every turn has one reply. */
  readonly floor: boolean;
}

interface Customer {
  readonly port: number;
  phone: string;
  turn: number;
  offers: readonly Offer[];
  awaited: number;
  sentAt: number;
  line: Line;
  answered: () => void;
}

/** Starts the fake provider; `delayMs` is how long it takes to answer. */
export async function startDriver(delayMs: number, provider: Provider): Promise<Driver> {
  const byPhone = new Map<string, Customer>();
  let problems: string[] = [];
  const problem = (text: string): void => {
    if (problems.length < 20) problems.push(text);
  };
  let made = 0;
  let ids = 0;
  const run = randomUUID().slice(0, 8);

  const played: { readonly port: number; readonly server: Server } = await listen((head, body) => {
    const taken = provider.take(head, body, `${run}${++ids}`);
    if (typeof taken === "string") {
      problem(taken);
      return { status: 400, body: JSON.stringify({ code: 100, error: { code: 100, message: taken } }) };
    }
    const customer = byPhone.get(taken.to);
    if (customer) {
      if (taken.offers.length > 0) customer.offers = taken.offers;
      customer.awaited--;
      if (customer.awaited === 0) customer.answered();
      if (customer.awaited < 0) problem(`a reply too many for ${taken.to}`);
    }
    return { status: taken.status, body: taken.answer };
  }, delayMs);
  const url = `http://127.0.0.1:${played.port}`;

  const newPhone = (customer: Customer): void => {
    byPhone.delete(customer.phone);
    customer.phone = `+3363998${String(++made).padStart(7, "0")}`;
    customer.turn = 0;
    customer.offers = [];
    byPhone.set(customer.phone, customer);
  };
  const speak = (
    port: number,
    customer: Customer,
    turn: Turn,
    floor: boolean,
    told: (status: number) => void,
  ): void => {
    const { phone, offers } = customer;
    const id = `${run}.${phone.slice(1)}.${customer.turn}`;
    const { head, body } = provider.webhook({ port, phone, id, turn, offers, anyTap: floor });
    customer.awaited = floor ? 1 : (provider.replies?.(turn) ?? turn.replies);
    customer.line.request(head, body, ({ status }) => told(status));
  };

  const newCustomer = (port: number): Customer => {
    const customer: Customer = {
      port,
      phone: "",
      turn: 0,
      offers: [],
      awaited: 0,
      sentAt: 0,
      line: openLine(port, (error) => problem(`connection: ${error.message}`)),
      answered: () => {},
    };
    newPhone(customer);
    return customer;
  };

  /** Runs turns until the time is over; `next` says what a customer does once answered. */
  const measure = async (
    seconds: number,
    { warmSeconds }: LoopOptions,
    start: (
      count: (ms: number) => void,
      accepted: (ms: number) => void,
      over: () => boolean,
    ) => { stop(): readonly Customer[] },
  ): Promise<Measured> => {
    problems = [];
    const reply = new Latencies();
    const webhook = new Latencies();
    let answered = 0;
    let measuring = false;
    let ended = false;
    const loop = start(
      (ms) => {
        if (!measuring) return;
        answered++;
        reply.add(ms);
      },
      (ms) => {
        if (measuring) webhook.add(ms);
      },
      () => ended,
    );
    await wait(warmSeconds * 1000);
    measuring = true;
    const from = performance.now();
    await wait(seconds * 1000);
    measuring = false;
    const took = (performance.now() - from) / 1000;
    ended = true;
    const customers = loop.stop();
    const until = performance.now() + REPLY_WITHIN_MS;
    while (customers.some(({ awaited }) => awaited > 0) && performance.now() < until) await wait(20);
    const silent = customers.filter(({ awaited }) => awaited > 0).length;
    if (silent > 0) problem(`${silent} messages were not answered within ${REPLY_WITHIN_MS / 1000} s`);
    for (const customer of customers) {
      customer.line.close();
      byPhone.delete(customer.phone);
    }
    return { seconds: took, answered, reply, webhook, problems };
  };

  const advance = (customer: Customer): Turn => {
    const turn = DIALOGUE[customer.turn];
    if (turn) return turn;
    newPhone(customer);
    return DIALOGUE[0] as Turn;
  };

  return {
    provider,
    url,
    env: provider.env(url),
    closedLoop: (ports, count, seconds, options) =>
      measure(seconds, options, (counted, accepted, over) => {
        const customers = Array.from({ length: count }, (_, index) => newCustomer(ports[index % ports.length] ?? 0));
        const go = (customer: Customer): void => {
          if (over()) return;
          const turn = advance(customer);
          const at = performance.now();
          customer.answered = () => {
            counted(performance.now() - at);
            customer.turn++;
            // Not from within the provider's answer: that has to leave first.
            setImmediate(go, customer);
          };
          speak(customer.port, customer, turn, options.floor, (status) => {
            accepted(performance.now() - at);
            if (status !== 200) problem(`webhook: ${status}`);
          });
        };
        for (const customer of customers) go(customer);
        return { stop: () => customers };
      }),
    openLoop: (port, perSecond, seconds, options) =>
      measure(seconds, options, (counted, accepted) => {
        const all: Customer[] = [];
        const free: Customer[] = [];
        const from = performance.now();
        let due = 0;
        const tick = setInterval(() => {
          const now = performance.now();
          while (from + (due * 1000) / perSecond <= now) {
            const at = from + (due++ * 1000) / perSecond;
            let customer = free.shift();
            if (!customer) {
              customer = newCustomer(port);
              all.push(customer);
            }
            const who = customer;
            const turn = advance(who);
            who.answered = () => {
              counted(performance.now() - at);
              who.turn++;
              free.push(who);
            };
            speak(port, who, turn, options.floor, (status) => {
              accepted(performance.now() - at);
              if (status !== 200) problem(`webhook: ${status}`);
            });
          }
        }, 1);
        return {
          stop() {
            clearInterval(tick);
            return all;
          },
        };
      }),
    close: () => played.server.close(),
  };
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
