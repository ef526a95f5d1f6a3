import { z } from "zod";
import { CHANNEL_TYPES, type ChannelType } from "../domain/channel.ts";
import type { Language, LocalizedText } from "../domain/language.ts";
import type { SentenceKey } from "../domain/workspace.ts";
import type { FlowNode } from "../nodes/node-type.ts";

/** A flow as its file says it. `nodes` hold what their node type's schema describes. */
export interface FlowDocument {
  /** The id: equals the file's name without `.flow.yaml`. */
  readonly flow: string;
  readonly name?: LocalizedText | undefined;
  /** What it is for, in a sentence, for lists. */
  readonly description?: LocalizedText | undefined;
  /** The first is the default. */
  readonly languages: readonly Language[];
  /** Channels that this flow is written for; absent: all that are connected. Checks and previews use them. */
  readonly channels?: readonly ChannelType[] | undefined;
  /** Name of `<name>.playbook.yaml`; absent: the flow's own name. */
  readonly playbook?: string | undefined;
  readonly triggers: readonly Trigger[];
  readonly interrupts: readonly Interrupt[];
  /** What a caller hands over, and where a variable may come from before any node sets it. */
  readonly variables?:
    | Readonly<Record<string, { readonly default?: unknown; readonly comment?: string | undefined }>>
    | undefined;
  readonly settings?: FlowSettings | undefined;
  readonly start: string;
  readonly nodes: Readonly<Record<string, FlowNode>>;
  readonly layout?: Readonly<Record<string, readonly [number, number]>> | undefined;
}

/** What starts a run. Among several flows that match, the most particular wins: api, form, referral, keyword, message. */
export type Trigger =
  | { readonly on: "message" }
  /** `match: exact` (default): the whole text is the keyword; `contains`: it holds the keyword as a word. */
  | { readonly on: "keyword"; readonly keywords: readonly string[]; readonly match?: "exact" | "contains" | undefined }
  /** A click on an advertisement or a link; without `sources` any. */
  | { readonly on: "referral"; readonly sources?: readonly string[] | undefined }
  /** A web form was filled in; without `forms` any. A form that no flow names goes to those that answer any message. */
  | { readonly on: "form"; readonly forms?: readonly string[] | undefined }
  | { readonly on: "api" };

/** Words that work anywhere in the flow, before any question sees them. */
export interface Interrupt {
  readonly keywords: readonly string[];
  readonly match?: "exact" | "contains" | undefined;
  readonly to: string;
}

/** The engine's own manners, for this flow. */
export interface FlowSettings {
  /** How often a question is repeated before a person is asked. Default 2. */
  readonly reasks?: number | undefined;
  readonly sentences?: { readonly [K in SentenceKey]?: LocalizedText | undefined } | undefined;
}

/** Letters, digits and dashes: no dots (they are paths in XState), nothing that JavaScript gives a meaning. */
export const NAME = /^[a-zA-Z][a-zA-Z0-9-]{0,63}$/;
const FORBIDDEN = new Set(["constructor", "prototype", "toString", "hasOwnProperty", "valueOf"]);
export const name = z
  .string()
  .regex(NAME)
  .refine((value) => !FORBIDDEN.has(value));

export const localizedText = z.union([z.string(), z.record(z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/), z.string())]);
const channelType = z.enum(CHANNEL_TYPES);
const keywords = z.array(z.string().min(1).max(60)).min(1).max(50);
const match = z.enum(["exact", "contains"]).optional();

/** All but the nodes, which their own types check. Strict: an unknown key is a diagnostic. */
export const flowHead = z.strictObject({
  flow: name,
  name: localizedText.optional(),
  description: localizedText.optional(),
  languages: z
    .array(z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/))
    .min(1)
    .default(["fr"]),
  channels: z.array(channelType).min(1).optional(),
  playbook: name.optional(),
  triggers: z
    .array(
      z.discriminatedUnion("on", [
        z.strictObject({ on: z.literal("message") }),
        z.strictObject({ on: z.literal("keyword"), keywords, match }),
        z.strictObject({ on: z.literal("referral"), sources: z.array(z.string()).optional() }),
        z.strictObject({ on: z.literal("form"), forms: z.array(z.string()).min(1).optional() }),
        z.strictObject({ on: z.literal("api") }),
      ]),
    )
    .default([]),
  interrupts: z.array(z.strictObject({ keywords, match, to: name })).default([]),
  variables: z
    .record(name, z.strictObject({ default: z.json().optional(), comment: z.string().optional() }))
    .optional(),
  settings: z
    .strictObject({
      reasks: z.int().min(0).max(10).optional(),
      sentences: z.record(z.string(), localizedText).optional(),
    })
    .optional(),
  start: name,
  nodes: z.record(name, z.looseObject({ type: z.string() })),
  layout: z.record(name, z.tuple([z.number(), z.number()])).optional(),
});
