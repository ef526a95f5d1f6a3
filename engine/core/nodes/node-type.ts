import type { z } from "zod";
import type { EffectError } from "../domain/effect.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { Bilingual, Language, LocalizedText } from "../domain/language.ts";
import type { InboundContent, OutboundContent } from "../domain/message.ts";
import type { Offer } from "../run/offer.ts";
import type { Moment } from "../run/run.ts";

/**
 * A node type is one file: what its YAML holds, which ways lead out, what it does, how it reads. It answers for itself:
 * no other code asks which type a node is. To add one, write the file and add it to `registry.ts`; palette, form, checks
 * and simulator follow from it.
 *
 * How a node runs: `compile` gives the state of the machine. A state either leaves at once (`always`) or waits; a waiting
 * state is told every event of the run through `receive`, which names the exit to take. So the machine's only events are
 * exits, and the drawing, the machine and the checks see the same graph.
 */
export interface NodeType<Node extends FlowNode = FlowNode> {
  readonly type: Node["type"];
  readonly label: Bilingual;
  readonly group: NodeGroup;
  readonly description: Bilingual;
  /** What one and several are called in a sentence; absent: a block. */
  readonly noun?: NodeNoun;
  /** Strict: an unknown key is a diagnostic. Every field carries `.meta({ title, description, control })` (title and description bilingual), which draws the form. */
  readonly schema: z.ZodType<Node>;
  /** The ways out, in the order they are drawn. */
  exits(node: Node): readonly ExitSpec[];
  compile(node: Node, id: string): StateSketch;
  /** Only for nodes that wait: what an event means here. */
  receive?(node: Node, event: NodeEvent, at: NodeMoment): Reaction;
  /** Every text that a contact may read, with its place in the node: for languages, limits and placeholders. */
  texts(node: Node): readonly NodeText[];
  /** What the contact sees on entering, before placeholders are filled; for cards, checks and previews. */
  contents(node: Node, language: Language): readonly OutboundContent[];
  /** Variables read (Liquid roots) and written, by name. Built-in roots (`contact`, `workspace`, `now` ...) are not listed. */
  variables(node: Node): { readonly reads: readonly string[]; readonly writes: readonly string[] };
  /** What it waits for: a contact's words, time, an effect's answer, people; null: nothing. */
  waitsFor(node: Node): "contact" | "time" | "effect" | "people" | null;
  /** One line for lists and plain-words diffs: `Question « Quelle taille ? »`. */
  preview(node: Node, language: Language): string;
}

/** `{ fr: { one: "question", many: "questions", the: "la question" }, en: … }` */
export interface NodeNoun {
  readonly fr: { readonly one: string; readonly many: string; readonly the: string };
  readonly en: { readonly one: string; readonly many: string; readonly the: string };
  /** Its preview is an amount: « l'attente de 2 h ». */
  readonly isMeasured?: true;
}

/** Fields that every node may have beside its own. */
export interface FlowNode {
  readonly type: string;
  /** A label for people; the id stays. */
  readonly title?: string;
  readonly comment?: string;
  readonly exits?: Readonly<Record<string, string>>;
}

export type NodeGroup = "messages" | "shop" | "logic" | "assistant" | "actions" | "people";

export interface ExitSpec {
  readonly name: string;
  readonly label: LocalizedText;
  /** `required`: without it the flow cannot be published. `default`: the engine has an answer of its own. */
  readonly need: "required" | "default";
  /**
   * With `default`: what happens when nothing is connected. `end`: the run ends quietly (default). `people`: the contact
   * is told and the conversation handed over. `failed`: the same with the sentence for a failure (default for `failure`).
   * `peopleTold`: handed over without another word, the node has spoken.
   */
  readonly unconnected?: "end" | "people" | "failed" | "peopleTold";
  /** How this way is taken. */
  readonly when: "always" | "choice" | "other" | "time" | "success" | "failure" | "people";
}

/** One state of the machine as data (JSON): the compiler turns exits into targets. */
export interface StateSketch {
  readonly entry: readonly VerbCall[];
  /** Leaves at once by the first exit whose condition holds; the last one has none. */
  readonly always?: readonly { readonly exit: string; readonly when?: GuardCall }[];
  /** Ways that time opens. */
  readonly after?: readonly { readonly exit: string; readonly delay: DelaySpec }[];
  /** What is said when the question is put again; default: `entry`. */
  readonly again?: readonly VerbCall[];
  /** The run ends here; a sub-flow returns to its caller. */
  readonly final?: boolean;
}

/** What a flow may do on its way; `core/run/machine.ts` knows how. Params are data. */
export interface VerbCall {
  readonly type: string;
  readonly params: JsonObject;
}
export interface GuardCall {
  readonly type: string;
  readonly params: JsonObject;
}
/** A fixed time, or a moment worked out from a Liquid expression when the node is entered. */
export type DelaySpec = { readonly ms: number } | { readonly until: string } | { readonly minutes: string };

/** What a waiting node may be told. */
export type NodeEvent =
  | { readonly type: "message"; readonly content: InboundContent }
  | { readonly type: "effectDone"; readonly result: Json }
  | { readonly type: "effectFailed"; readonly error: EffectError }
  | { readonly type: "sendFailed"; readonly windowClosed: boolean }
  | { readonly type: "people"; readonly outcome: "taken" | "resolved" | "noAnswer" };

export interface NodeMoment extends Moment {
  /** The node's own id. */
  readonly node: string;
  /** What the run last offered, possibly at another node. */
  readonly offer: Offer | null;
  /** How often a question may be put again (flow settings). */
  readonly reasks: number;
  readonly variables: JsonObject;
  /** How often this node has re-asked since it was entered. */
  readonly tries: number;
  /** What the node kept for itself on entry or while staying, e.g. the products it showed. */
  readonly kept: Json;
}

export type Reaction =
  | {
      readonly type: "exit";
      readonly exit: string;
      readonly set?: JsonObject;
      /** Said on the way out, ready as it is. */
      readonly say?: readonly OutboundContent[];
      readonly author?: "bot" | "assistant";
    }
  /** Stays and says something, e.g. the question again. `keep` replaces what the node keeps; `effects` go out. */
  | {
      readonly type: "stay";
      readonly say?: readonly OutboundContent[];
      readonly verbs?: readonly VerbCall[];
      readonly keep?: Json;
      /** Variables to keep. */
      readonly set?: JsonObject;
      /** true: the question is put again. `fresh`: counted as a new try, so that an answer to the old one is stale. */
      readonly again?: boolean | "fresh";
    }
  | { readonly type: "ignore" }
  /** The run cannot go on here: a sentence to the contact and a task for a person. */
  | { readonly type: "giveUp"; readonly reason: string };

export interface NodeText {
  /** Keys from the node, e.g. `["choices", 0, "label"]`. */
  readonly path: readonly (string | number)[];
  readonly text: LocalizedText;
  readonly role:
    | "body"
    | "choice"
    | "description"
    | "listLabel"
    | "header"
    | "footer"
    | "caption"
    | "linkLabel"
    | "variable";
}

/** Declares a node type: keeps schema and functions of one shape. */
export function nodeType<Node extends FlowNode>(definition: NodeType<Node>): NodeType<Node> {
  return definition;
}
