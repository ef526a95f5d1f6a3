import type { ChannelType } from "./channel.ts";
import type { IdentityValue } from "./contact.ts";
import type { JsonObject } from "./json.ts";
import type { Language } from "./language.ts";
import type { OutboundContent } from "./message.ts";

/**
 * What a web form brings along beside what it says. Whoever fills it in has proved nothing: it makes contacts and fills
 * what is empty in them, and never changes what is known.
 */
export interface Submission {
  /** The form's own id, e.g. `contact`. */
  readonly form: string;
  /** The customer's own words; "" when the form asks for none. */
  readonly message: string;
  /** The answers by field, as `{{ form.… }}` shows them. */
  readonly values: JsonObject;
  /** Variables that the run begins with. */
  readonly variables: JsonObject;
  readonly contact: {
    readonly name?: string;
    readonly firstName?: string;
    readonly language?: Language;
    readonly phone?: string;
    readonly email?: string;
    readonly fields?: JsonObject;
  };
}

/** One way to answer a form: by this channel, to this address. */
export interface AnswerWay {
  readonly channel: ChannelType;
  /** The name of the account that writes; absent: the first that is connected. */
  readonly account?: string;
  readonly identity: IdentityValue;
  /** What may be said where free text needs a message of the contact first. */
  readonly opening?: Extract<OutboundContent, { readonly type: "template" }>;
}
