import { assign, enqueueActions, setup } from "xstate";
import type { Effect } from "../domain/effect.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import { inLanguage, type Language, type LocalizedText } from "../domain/language.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Choice, type OutboundContent, textOf } from "../domain/message.ts";
import type { DelaySpec, VerbCall } from "../nodes/node-type.ts";
import { condition, evaluate, renderText, type Scope } from "./expression.ts";
import { isOpen, nextOpening } from "./hours.ts";
import { encoded, type Offer } from "./offer.ts";
import type { Moment } from "./run.ts";

/**
 * What a flow may do on its way. Node types name these verbs in `compile`; nothing else can be compiled.
 *
 * - `say { node, contents, author? }`: sends messages; every text is one string or one per language, with placeholders.
 * - `offer { node, content }`: sends choices and remembers them, so that taps and words can be matched.
 * - `effect { node, effect }`: asks the shell; strings inside hold placeholders. One with an answer gets a `key`.
 * - `set { values }`: variables, each `{ value }`, `{ template }` or `{ expression }`.
 * - `keep { node, value }`: something for the node itself.
 * - `call { node, flow, input }`: starts a sub-flow; its end leaves the node by `done`.
 *
 * Guards: `when { expression }`, `share { node, from, to }` (0 … 1, sticky per contact), `open {}` (opening hours),
 * `windowOpen {}`.
 */
export const VERBS = ["say", "offer", "effect", "set", "keep", "call"] as const;
export const GUARDS = ["when", "share", "open", "windowOpen"] as const;

/** The machine's memory. Plain JSON, stored with the run. */
export interface FlowContext {
  readonly variables: JsonObject;
  readonly visits: Readonly<Record<string, number>>;
  readonly tries: Readonly<Record<string, number>>;
  readonly offer: Offer | null;
  readonly awaited: string | null;
  readonly kept: Readonly<Record<string, Json>>;
}

/** What the machine is told; `moment` is everything from outside. */
export interface MachineEvent {
  readonly type: string;
  readonly moment: Moment;
  readonly set?: JsonObject;
  readonly verbs?: readonly VerbCall[];
  readonly say?: readonly OutboundContent[];
  readonly keep?: Json;
  readonly again?: boolean | "fresh";
  readonly author?: "bot" | "assistant";
}

/** What comes out of a transition beside timers. */
export type Emitted =
  | { readonly type: "effect"; readonly effect: Effect }
  | { readonly type: "call"; readonly node: string; readonly flow: string; readonly input: JsonObject }
  | { readonly type: "passed"; readonly node: string; readonly exit: string };

export const EMPTY_CONTEXT: FlowContext = {
  variables: {},
  visits: {},
  tries: {},
  offer: null,
  awaited: null,
  kept: {},
};

/** The language facts that verbs need of their flow. */
export interface FlowLanguages {
  readonly languages: readonly Language[];
}

/** Verbs and guards, ready for `createMachine`; `delays` are the flow's own. */
export function verbs(flow: FlowLanguages, delays: Readonly<Record<string, DelaySpec>>) {
  const render = (text: LocalizedText, moment: Moment, scope: Scope): string =>
    renderText(inLanguage(text, moment.language, ...flow.languages), scope);
  return setup({
    types: { context: {} as FlowContext, events: {} as MachineEvent },
    actions: {
      emit: (_, _params: Emitted) => {},
      begin: assign(({ context, event }) => ({ variables: { ...context.variables, ...event.set } })),
      entered: assign(({ context }, { node }: { node: string }) => ({
        visits: { ...context.visits, [node]: (context.visits[node] ?? 0) + 1 },
        tries: { ...context.tries, [node]: 0 },
        awaited: null,
        // What a node keeps is for as long as the run stands there.
        kept: {},
      })),
      heard: assign(({ context, event }) => (event.set ? { variables: { ...context.variables, ...event.set } } : {})),
      passed: enqueueActions(({ enqueue }, params: { node: string; exit: string }) => {
        emit(enqueue, { type: "passed", node: params.node, exit: params.exit });
      }),
      answered: assign(({ context, event }) => {
        const choice = event.type.slice("exit.".length);
        return context.offer ? { offer: { ...context.offer, answered: choice } } : {};
      }),
      stayed: assign(({ context, event }, { node }: { node: string }) => ({
        tries: { ...context.tries, [node]: (context.tries[node] ?? 0) + (event.again ? 1 : 0) },
        variables: event.set ? { ...context.variables, ...event.set } : context.variables,
        ...(event.keep === undefined ? {} : { kept: { ...context.kept, [node]: event.keep } }),
      })),
      spoken: enqueueActions(({ event, enqueue }, { node }: { node: string }) => {
        for (const content of event.say ?? []) {
          const effect: Effect = { type: "send", content, author: event.author ?? "bot", node };
          emit(enqueue, { type: "effect", effect });
        }
        // `verbs` of an event are data from a node type: the names are this machine's own.
        for (const verb of event.verbs ?? []) enqueue({ type: verb.type, params: verb.params } as never);
      }),
      say: enqueueActions(({ context, event, enqueue }, params: JsonObject) => {
        const { node, contents, author } = params as unknown as SayParams;
        const scope = scopeOf(context, event.moment);
        for (const template of contents) {
          const content = filled(template, (text) => render(text, event.moment, scope));
          if (content.type === "text" && content.text.trim() === "") continue;
          const effect: Effect = { type: "send", content, author: author ?? "bot", node };
          emit(enqueue, { type: "effect", effect });
        }
      }),
      offer: enqueueActions(({ context, event, enqueue }, params: JsonObject) => {
        const { node, content: template } = params as unknown as OfferParams;
        const scope = scopeOf(context, event.moment);
        const content = filled(template, (text) => render(text, event.moment, scope));
        if (content.type !== "choices") return;
        const token = `${context.visits[node] ?? 1}.${context.tries[node] ?? 0}`;
        const synonyms = template.synonyms ?? {};
        const offer: Offer = {
          node,
          token,
          choices: content.choices.map(({ id, label }) => ({
            id,
            label,
            ...(synonyms[id] ? { synonyms: synonyms[id] } : {}),
          })),
        };
        enqueue.assign({ offer });
        const sent: OutboundContent = { ...content, choices: encoded(node, token, content.choices) };
        emit(enqueue, { type: "effect", effect: { type: "send", content: sent, author: "bot", node } });
      }),
      effect: enqueueActions(({ context, event, enqueue }, params: JsonObject) => {
        const { node, effect: template, awaits } = params as unknown as EffectParams;
        const scope = scopeOf(context, event.moment);
        const key = `${node}#${context.visits[node] ?? 1}.${context.tries[node] ?? 0}`;
        const language = event.moment.language;
        const rendered = deepRendered(template, (text) => render(text, event.moment, scope)) as Record<string, Json>;
        const effect = { ...rendered, ...(awaits ? { key } : {}), ...("language" in rendered ? { language } : {}) };
        if (awaits) enqueue.assign({ awaited: key });
        // The node's schema made sure of the shape; rendering keeps it.
        emit(enqueue, { type: "effect", effect: effect as unknown as Effect });
      }),
      set: assign(({ context, event }, params: JsonObject) => {
        const { values } = params as unknown as SetParams;
        let variables = context.variables;
        for (const [name, source] of Object.entries(values)) {
          const scope = scopeOf({ ...context, variables }, event.moment);
          variables = { ...variables, [name]: worthOf(source, scope, (text) => render(text, event.moment, scope)) };
        }
        return { variables };
      }),
      keep: assign(({ context }, params: JsonObject) => {
        const { node, value } = params as unknown as { node: string; value: Json };
        return { kept: { ...context.kept, [node]: value } };
      }),
      call: enqueueActions(({ context, event, enqueue }, params: JsonObject) => {
        const { node, flow: called, input } = params as unknown as CallParams;
        const scope = scopeOf(context, event.moment);
        const given: Record<string, Json> = {};
        for (const [name, source] of Object.entries(input)) {
          given[name] = worthOf(source, scope, (text) => render(text, event.moment, scope));
        }
        emit(enqueue, { type: "call", node, flow: called, input: given });
      }),
    },
    guards: {
      when: ({ context, event }, { expression }: { expression: string }) =>
        condition(expression, scopeOf(context, event.moment)),
      share: ({ event }, { node, from, to }: { node: string; from: number; to: number }) => {
        const point = stickyShare(`${event.moment.contact.id} ${node}`);
        return point >= from && point < to;
      },
      open: ({ event }) => isOpen(event.moment.workspace, event.moment.now),
      windowOpen: ({ event }) => event.moment.conversation.windowOpen,
    },
    delays: Object.fromEntries(
      Object.entries(delays).map(([name, spec]) => [
        name,
        ({ context, event }: { context: FlowContext; event: MachineEvent }) =>
          delayMs(spec, scopeOf(context, event.moment), event.moment),
      ]),
    ),
  });
}

/** XState cannot know the names of the actions while they are being defined. */
function emit(enqueue: unknown, params: Emitted): void {
  (enqueue as (action: { readonly type: "emit"; readonly params: Emitted }) => void)({ type: "emit", params });
}

interface SayParams {
  readonly node: string;
  readonly contents: readonly TemplateContent[];
  readonly author?: "bot" | "assistant";
}
interface OfferParams {
  readonly node: string;
  readonly content: TemplateContent & { readonly synonyms?: Readonly<Record<string, readonly string[]>> };
}
interface EffectParams {
  readonly node: string;
  readonly effect: Json;
  /** The run waits for the answer. */
  readonly awaits?: boolean;
}
interface SetParams {
  readonly values: Readonly<Record<string, ValueSource>>;
}
interface CallParams {
  readonly node: string;
  readonly flow: string;
  readonly input: Readonly<Record<string, ValueSource>>;
}

/** Where a value comes from. */
export type ValueSource =
  | { readonly value: Json }
  | { readonly template: LocalizedText }
  | { readonly expression: string };

/** A message whose texts may be given per language and hold placeholders: `OutboundContent` with `LocalizedText` for text. */
export type TemplateContent = { readonly type: OutboundContent["type"] } & JsonObject;

/** Everything that a placeholder or a condition can see. Variables first, so that they cannot hide the built-in names. */
export function scopeOf(context: Pick<FlowContext, "variables">, moment: Moment): Scope {
  return {
    ...context.variables,
    contact: moment.contact,
    workspace: moment.workspace,
    conversation: moment.conversation,
    now: moment.now,
    language: moment.language,
  };
}

/** Fields of contents that are never texts of the author: no placeholder is looked for, no language chosen. */
const LITERAL = new Set(["type", "id", "kind", "mimeType", "name", "sku", "catalogId", "language"]);

/** The content in one language with its placeholders filled in. */
function filled(template: TemplateContent, render: (text: LocalizedText) => string): OutboundContent {
  const fill = (value: Json, key: string): Json => {
    if (typeof value === "string") return LITERAL.has(key) ? value : render(value);
    if (Array.isArray(value)) return value.map((one: Json) => fill(one, key));
    if (value === null || typeof value !== "object") return value;
    if (isLocalized(value)) return render(value);
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fill(one, name)]));
  };
  const { synonyms: _, ...content } = template as Record<string, Json>;
  const made = withLanguage(fill(content, "") as Record<string, Json>);
  return made.type === "choices" ? { ...made, choices: made.choices.map(cleanChoice), text: textOf(made) } : made;
}

/** A template's own language is chosen like a text, under a name of its own. */
function withLanguage({ languageOf, ...content }: Record<string, Json>): OutboundContent {
  // The node's schema made sure of the shape; filling in keeps it.
  return (languageOf === undefined ? content : { ...content, language: languageOf }) as unknown as OutboundContent;
}

function cleanChoice(choice: Choice): Choice {
  const { id, label, description } = choice;
  return { id, label, ...(description ? { description } : {}) };
}

const LANGUAGE_KEY = /^[a-z]{2}(-[A-Z]{2})?$/;

/** `{ fr: "…", en: "…" }`: an object whose keys are all languages. */
function isLocalized(value: object): value is Readonly<Record<string, string>> {
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([key, text]) => LANGUAGE_KEY.test(key) && typeof text === "string");
}

function deepRendered(value: Json, render: (text: LocalizedText) => string): Json {
  if (typeof value === "string") return render(value);
  if (Array.isArray(value)) return value.map((one: Json) => deepRendered(one, render));
  if (value === null || typeof value !== "object") return value;
  if (isLocalized(value)) return render(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === "type" ? one : deepRendered(one, render)]),
  );
}

function worthOf(source: ValueSource, scope: Scope, render: (text: LocalizedText) => string): Json {
  if ("value" in source) return source.value;
  if ("template" in source) return render(source.template);
  return evaluate(source.expression, scope);
}

/** A point in 0 … 1 that is always the same for the same text (FNV-1a). */
function stickyShare(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  // The last bits of FNV spread better than the first ones: fold them together.
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

const LONGEST_DELAY_MS = 366 * 24 * 3_600_000;

function delayMs(spec: DelaySpec, scope: Scope, moment: Moment): number {
  if ("ms" in spec) return spec.ms;
  if ("minutes" in spec) {
    const minutes = Number(evaluate(spec.minutes, scope));
    return Number.isFinite(minutes) ? Math.min(Math.max(0, minutes * 60_000), LONGEST_DELAY_MS) : 0;
  }
  const now = Date.parse(moment.now);
  if (spec.until === "opening")
    return Math.max(0, Date.parse(nextOpening(moment.workspace, moment.now) ?? moment.now) - now);
  const until = Date.parse(String(evaluate(spec.until, scope)));
  return Number.isFinite(until) ? Math.min(Math.max(0, until - now), LONGEST_DELAY_MS) : 0;
}

export const MACHINE_OPTIONS = { maxIterations: LIMITS.maxIterations };
