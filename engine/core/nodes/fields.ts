import { z } from "zod";
import type { LocalizedText } from "../domain/language.ts";
import { localizedText, name } from "../flow/document.ts";
import type { TemplateContent } from "../run/machine.ts";
import type { ExitSpec, FlowNode, NodeEvent, NodeMoment, NodeText, Reaction, StateSketch } from "./node-type.ts";

/** How a field is drawn in the form of a node. */
export type Control =
  | "text"
  | "longText"
  | "number"
  | "duration"
  | "switch"
  | "select"
  | "list"
  | "choices"
  | "messages"
  | "variable"
  | "expression"
  | "flow"
  | "node"
  | "queue"
  | "url"
  | "template"
  | "category"
  | "keyValues";

/** Title and description for the form, in both languages of the screens. */
export function field<S extends z.ZodType>(
  schema: S,
  fr: string,
  en: string,
  control: Control,
  more: { readonly fr?: string; readonly en?: string; readonly section?: "more" } = {},
): S {
  const description = more.fr && more.en ? { description: { fr: more.fr, en: more.en } } : {};
  // zod's own `description` is a plain text for JSON Schema; ours is bilingual and stays under its own key.
  return schema.meta({
    title: fr,
    label: { fr, en },
    control,
    ...(description.description ? { help: description.description } : {}),
    ...(more.section ? { section: more.section } : {}),
  }) as S;
}

/** What every node may hold beside its own fields. */
export const common = {
  title: z.string().max(80).optional(),
  comment: z.string().max(2000).optional(),
  exits: z.record(z.string(), name).optional(),
};

/** A text for the contact, one or per language. */
export const text = localizedText;
export const variable = name;
export const url = z.string().min(1).max(2000);

/** Time until a question is given up: hours, minutes, or both. */
export const timeout = {
  timeoutHours: field(
    z
      .number()
      .positive()
      .max(24 * 30)
      .optional(),
    "Sans réponse après (heures)",
    "No answer after (hours)",
    "duration",
  ),
  timeoutMinutes: field(
    z
      .number()
      .positive()
      .max(60 * 24)
      .optional(),
    "Sans réponse après (minutes)",
    "No answer after (minutes)",
    "duration",
    { section: "more" },
  ),
};
interface Timed {
  readonly timeoutHours?: number | undefined;
  readonly timeoutMinutes?: number | undefined;
}

export function timeoutMs(node: Timed): number {
  return Math.round(((node.timeoutHours ?? 0) * 60 + (node.timeoutMinutes ?? 0)) * 60_000);
}

/** The exit `timeout`, where a time is set. */
export function timeoutExit(node: Timed): readonly ExitSpec[] {
  if (timeoutMs(node) === 0) return [];
  return [{ name: "timeout", label: { fr: "Sans réponse", en: "No answer" }, need: "default", when: "time" }];
}

export function timeoutAfter(node: Timed): Pick<StateSketch, "after"> {
  const ms = timeoutMs(node);
  return ms === 0 ? {} : { after: [{ exit: "timeout", delay: { ms } }] };
}

export const FAILED: ExitSpec = {
  name: "failed",
  label: { fr: "En cas d'échec", en: "On failure" },
  need: "default",
  when: "failure",
};
export const WINDOW_CLOSED: ExitSpec = {
  name: "windowClosed",
  label: { fr: "Fenêtre fermée", en: "Window closed" },
  need: "default",
  when: "failure",
  unconnected: "peopleTold",
};
export const NEXT: ExitSpec = { name: "next", label: { fr: "Ensuite", en: "Next" }, need: "required", when: "always" };
export const OTHER: ExitSpec = {
  name: "other",
  label: { fr: "Autre réponse", en: "Other answer" },
  need: "default",
  when: "other",
  unconnected: "people",
};

/** What a message of ours that was refused means at a node that waits. */
export function refused(event: Extract<NodeEvent, { readonly type: "sendFailed" }>): Reaction {
  return { type: "exit", exit: event.windowClosed ? "windowClosed" : "failed" };
}

/** The sentence, then the question again; after so many times a person. */
export function askAgain(at: NodeMoment, said: string): Reaction {
  if (at.tries >= at.reasks) return { type: "giveUp", reason: "the contact was not understood" };
  return { type: "stay", say: [{ type: "text", text: said }], again: true };
}

/** Whether the author drew a way out here. */
export function connected(node: FlowNode, exit: string): boolean {
  return node.exits?.[exit] !== undefined;
}

const mediaMessage = (kind: "image" | "video" | "audio" | "document") =>
  z.strictObject({
    [kind]: url,
    caption: text.optional(),
    ...(kind === "document" ? { fileName: z.string().optional() } : {}),
  } as Record<string, z.ZodType>);

/** One message of a node: exactly one of these shapes. */
export const messageSpec = z.union([
  z.strictObject({ text }),
  mediaMessage("image"),
  mediaMessage("video"),
  mediaMessage("audio"),
  mediaMessage("document"),
  z.strictObject({ link: z.strictObject({ text, label: text, url }) }),
  z.strictObject({
    location: z.strictObject({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      name: z.string().optional(),
      address: z.string().optional(),
    }),
  }),
  z.strictObject({
    contact: z.strictObject({
      name: z.string(),
      phones: z.array(z.string()).default([]),
      emails: z.array(z.string()).default([]),
      organization: z.string().optional(),
    }),
  }),
]);
export type MessageSpec =
  | { readonly text: LocalizedText }
  | { readonly image: string; readonly caption?: LocalizedText }
  | { readonly video: string; readonly caption?: LocalizedText }
  | { readonly audio: string; readonly caption?: LocalizedText }
  | { readonly document: string; readonly caption?: LocalizedText; readonly fileName?: string }
  | { readonly link: { readonly text: LocalizedText; readonly label: LocalizedText; readonly url: string } }
  | {
      readonly location: {
        readonly latitude: number;
        readonly longitude: number;
        readonly name?: string;
        readonly address?: string;
      };
    }
  | {
      readonly contact: {
        readonly name: string;
        readonly phones: readonly string[];
        readonly emails: readonly string[];
        readonly organization?: string;
      };
    };

const MEDIA = ["image", "video", "audio", "document"] as const;

/** The message as a content whose texts still have placeholders and languages. */
export function contentOf(spec: MessageSpec): TemplateContent {
  if ("text" in spec) return { type: "text", text: spec.text };
  if ("link" in spec) return { type: "link", ...spec.link };
  if ("location" in spec) return { type: "location", place: spec.location };
  if ("contact" in spec)
    return {
      type: "contacts",
      cards: [{ ...spec.contact, phones: [...spec.contact.phones], emails: [...spec.contact.emails] }],
    };
  const record = spec as Readonly<Record<string, LocalizedText | undefined>>;
  const kind = MEDIA.find((one) => one in spec) ?? "document";
  const { caption, fileName } = record;
  const media = { kind, url: String(record[kind]), ...(fileName ? { fileName: String(fileName) } : {}) };
  return { type: "media", media, ...(caption === undefined ? {} : { caption }) };
}

/** The texts of messages, with where they stand. */
export function textsOf(specs: readonly MessageSpec[], path: readonly (string | number)[]): readonly NodeText[] {
  return specs.flatMap((spec, index): readonly NodeText[] => {
    const at = [...path, index];
    if ("text" in spec) return [{ path: [...at, "text"], text: spec.text, role: "body" }];
    if ("link" in spec) {
      return [
        { path: [...at, "link", "text"], text: spec.link.text, role: "body" },
        { path: [...at, "link", "label"], text: spec.link.label, role: "linkLabel" },
      ];
    }
    if ("caption" in spec && spec.caption !== undefined)
      return [{ path: [...at, "caption"], text: spec.caption, role: "caption" }];
    return [];
  });
}

export const messages = field(
  z.array(messageSpec).max(10).optional(),
  "Messages avant la question",
  "Messages before the question",
  "messages",
);
