import { createAssistant } from "../../engine/assistant/assistant.ts";
import type { AssistantQuestion, HttpOutcome, HttpRequest, Llm } from "../../engine/ports.ts";
import { type Profile, within } from "./faults.ts";
import { graphAnswer } from "./graph.ts";
import type { Simulation } from "./simulation.ts";
import { twilioAnswer } from "./twilio.ts";

type Answer = Awaited<ReturnType<Llm["answer"]>>;

/** What lies between the engine and the world. */
export interface Network {
  /** A request of a process; `gone` tells whether that process still is. */
  request(asked: HttpRequest, gone: () => boolean, done: (outcome: HttpOutcome) => void): void;
  ask(question: AssistantQuestion, done: (answer: Answer) => void): void;
}

/** How a provider answers what it understood: before anything goes wrong on the way. */
export interface ProviderAnswer {
  readonly status: number;
  readonly body: unknown;
}

const builtin = createAssistant([]);
const known = new Map<string, Promise<Answer>>();

export function createNetwork(simulation: Simulation): Network {
  const { scheduler, random, faults } = simulation;
  const answerMs = (): number => 1 + random.wait(faults.answerMs);
  const response = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpOutcome => ({
    type: "response",
    status,
    headers,
    body: new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body)),
    truncated: false,
  });

  /** What goes wrong with a request, if anything. */
  const profileFor = (asked: HttpRequest): Profile | null => {
    if (simulation.healed) return null;
    if (within(faults.providerDown, simulation.sinceStart()) && asked.url.includes(".example/"))
      return random.pick(["refused", "blackHole", "http503"]);
    return random.chance(faults.providerFails) ? random.pick(faults.profiles) : null;
  };

  return {
    request(asked, gone, done) {
      const evidence = evidenceOf(asked);
      if (evidence) simulation.must(() => simulation.oracle.leaves(evidence, simulation.wall()));
      const profile = profileFor(asked);
      if (profile) simulation.count(`provider ${profile}`);
      const arrives = random.between(0.5, 3);
      const take = (): ProviderAnswer => {
        if (asked.url.startsWith("https://graph.example/")) return graphAnswer(simulation, asked);
        if (asked.url.startsWith("https://twilio.example/")) return twilioAnswer(simulation, asked);
        if (evidence) simulation.must(() => simulation.oracle.taken(evidence, scheduler.now()));
        return { status: random.chance(0.8) ? 200 : 422, body: { ok: true, number: random.int(100) } };
      };
      scheduler.after(arrives, `${asked.method} arrives ${profile ?? ""}`, () => {
        // Of a process that died a moment ago, the bytes may be on their way or not.
        if (gone() && random.chance(0.5)) return;
        const late = (outcome: HttpOutcome, afterMs = answerMs()): void => {
          const known = Math.min(afterMs, asked.timeoutMs);
          const told: HttpOutcome =
            afterMs >= asked.timeoutMs ? { type: "unknown", detail: "no answer in time" } : outcome;
          scheduler.after(known, `answer ${profile ?? "ok"}`, () => done(told));
        };
        const graph = asked.url.startsWith("https://graph.example/");
        const refuse = (code: number, status: number, twilio = 20429): HttpOutcome =>
          response(
            status,
            graph ? { error: { code, message: "as simulated" } } : { code: twilio, message: "as simulated" },
          );
        switch (profile) {
          case null: {
            const { status, body } = take();
            return late(response(status, body));
          }
          case "slow": {
            const { status, body } = take();
            return late(response(status, body), random.between(10_000, 40_000));
          }
          case "refused":
          case "dns":
            return late({ type: "notSent", detail: profile, blocked: false }, 2);
          case "rateLimited":
            return late(refuse(130429, 400));
          case "rateLimitedPair":
            return late(refuse(131056, 400));
          case "http429":
            return late(response(429, "", random.chance(0.5) ? { "retry-after": "7" } : {}));
          case "http500":
            return late(response(500, "oops"));
          case "http500taken":
            take();
            return late(response(500, "oops"));
          case "http502taken":
            take();
            return late(response(502, "<html>"));
          case "http503":
            return late(response(503, "", { "retry-after": "20" }));
          case "http504":
            if (random.chance(0.5)) take();
            return late(response(504, ""));
          case "transient":
            return late(refuse(131016, 500, 30008));
          case "permanent":
            return late(refuse(131009, 400, 21617));
          case "unreachable":
            return late(refuse(131026, 400, 21211));
          case "blackHoleTaken":
            take();
            return late({ type: "unknown", detail: "nothing came back" }, asked.timeoutMs);
          case "blackHole":
            return late({ type: "unknown", detail: "nothing came back" }, asked.timeoutMs);
          case "resetAfter":
          case "halfBody":
            take();
            return late({ type: "unknown", detail: profile });
          case "resetBefore":
            return late({ type: "unknown", detail: profile });
          case "garbage":
            take();
            return late(response(200, "{not json"));
          case "okWithError":
            return late(refuse(131000, 200, 20429));
          case "redirect":
            return late(response(302, "", { location: "https://elsewhere.example/" }));
        }
      });
    },
    ask(question, done) {
      const fails = !simulation.healed && random.chance(faults.assistantFails);
      scheduler.after(random.wait(2000), "assistant answers", () => {
        if (fails) return done({ error: { code: "timeout", detail: "as simulated" }, usage: null });
        const key = JSON.stringify(question);
        // Pure, so what was answered once is the answer.
        const answer = known.get(key) ?? builtin.answer(question, new AbortController().signal);
        known.set(key, answer);
        void answer.then(done);
      });
    },
  };
}

/** Our own id in a request, where its provider echoes or honours it. */
export function evidenceOf({ url, headers, body }: HttpRequest): string | null {
  const own = headers["idempotency-key"] ?? headers["webhook-id"];
  if (own) return own;
  if (typeof body !== "string") return null;
  if (url.startsWith("https://graph.example/"))
    return (JSON.parse(body) as { readonly biz_opaque_callback_data?: string }).biz_opaque_callback_data ?? null;
  const callback = new URLSearchParams(body).get("StatusCallback");
  return callback ? new URL(callback).searchParams.get("e") : null;
}
