/** What Twilio refuses, with its own codes (platform facts B.5 to B.7). Shared by the fake server and whoever checks it. */

const WHATSAPP = /^whatsapp:(\+\d{7,15}|[A-Z]{2}\.[A-Za-z0-9.]{1,190})$/;

export interface Content {
  readonly sid: string;
  readonly friendlyName: string;
  readonly language: string;
  readonly types: ContentTypes;
  /** WhatsApp has approved it: it may go outside the window. */
  readonly approved: boolean;
}
export interface ContentTypes {
  readonly "twilio/text"?: { readonly body: string };
  readonly "twilio/quick-reply"?: {
    readonly body: string;
    readonly actions: readonly { readonly title: string; readonly id: string }[];
  };
  readonly "twilio/list-picker"?: {
    readonly body: string;
    readonly button: string;
    readonly items: readonly { readonly item: string; readonly id: string; readonly description?: string }[];
  };
  readonly "twilio/location"?: { readonly latitude: number; readonly longitude: number; readonly label?: string };
}

/** The code with which a send is refused; null: none. `own`: the sender addresses of the account. */
export function problemOf(
  fields: URLSearchParams,
  own: readonly string[],
  contents: ReadonlyMap<string, Content>,
): number | null {
  const to = fields.get("To") ?? "";
  const from = fields.get("From");
  const body = fields.get("Body");
  const contentSid = fields.get("ContentSid");
  const variables = fields.get("ContentVariables");
  const media = fields.getAll("MediaUrl");
  const isWhatsapp = to.startsWith("whatsapp:");
  if (to === "") return 21604;
  if (isWhatsapp ? !WHATSAPP.test(to) : !/^\+\d{7,15}$/.test(to)) return 21211;
  if (!from && !fields.get("MessagingServiceSid")) return 21603;
  if (from && (!own.includes(from) || from.startsWith("whatsapp:") !== isWhatsapp)) return 21606;
  if (from === to) return 63031;
  if (contentSid !== null) {
    const content = contents.get(contentSid);
    if (!content || body !== null || media.length > 0) return 21655;
    if (variables !== null && !areVariables(variables)) return 21656;
  } else if (variables !== null) return 21654;
  else if (!body && media.length === 0) return 21602;
  if ((body ?? "").length > 1600) return 21617;
  if (media.length > (isWhatsapp ? 1 : 10)) return 21623;
  if (media.some((url) => !/^https:\/\/[^_/]+\//.test(url))) return 21620;
  const callback = fields.get("StatusCallback");
  return callback !== null && !/^https?:\/\/[^_/]+\//.test(callback) ? 21609 : null;
}

/** A JSON string of an object whose values are texts that say something. */
function areVariables(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    const values = value !== null && typeof value === "object" && !Array.isArray(value) ? Object.values(value) : [];
    return values.length > 0 && values.every((one) => typeof one === "string" && one !== "");
  } catch {
    return false;
  }
}

/** Why a Content resource is refused; null: it is not. */
export function contentProblem(value: unknown): string | null {
  if (value === null || typeof value !== "object") return "not an object";
  const { friendly_name, language, types } = value as {
    readonly friendly_name?: unknown;
    readonly language?: unknown;
    readonly types?: ContentTypes;
  };
  if (typeof friendly_name !== "string" || friendly_name === "") return "friendly_name";
  if (typeof language !== "string" || !/^[a-z]{2}(_[A-Z]{2})?$/.test(language)) return "language";
  if (!types || Object.keys(types).length !== 1) return "types";
  const long = (text: unknown, most: number): boolean => typeof text !== "string" || text === "" || text.length > most;
  const reply = types["twilio/quick-reply"];
  if (reply) {
    if (long(reply.body, 1024)) return "body";
    // Ten with approval, three inside the session without it.
    if (reply.actions.length < 1 || reply.actions.length > 3) return "actions";
    return reply.actions.some(({ title, id }) => long(title, 20) || long(id, 200)) ? "an action" : null;
  }
  const picker = types["twilio/list-picker"];
  if (picker) {
    if (long(picker.body, 1024) || long(picker.button, 20)) return "body or button";
    if (picker.items.length < 1 || picker.items.length > 10) return "items";
    return picker.items.some(
      ({ item, id, description }) =>
        long(item, 24) || long(id, 200) || (description !== undefined && long(description, 72)),
    )
      ? "an item"
      : null;
  }
  const place = types["twilio/location"];
  if (place) return Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180 ? null : "location";
  return types["twilio/text"] && !long(types["twilio/text"].body, 1600) ? null : "an unknown type";
}

/** A content with its variables filled in. */
export function filled(types: ContentTypes, variables: Readonly<Record<string, string>>): ContentTypes {
  return JSON.parse(JSON.stringify(types), (_, value: unknown) =>
    typeof value === "string" ? value.replace(/\{\{(\w+)\}\}/g, (all, name: string) => variables[name] ?? all) : value,
  ) as ContentTypes;
}

/** The words of a content, as Twilio's log shows them. */
export function wordsOf(types: ContentTypes): string {
  return (
    types["twilio/text"]?.body ??
    types["twilio/quick-reply"]?.body ??
    types["twilio/list-picker"]?.body ??
    types["twilio/location"]?.label ??
    ""
  );
}
