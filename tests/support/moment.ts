import { channelOf } from "../../channels/registry.ts";
import type { Moment } from "../../engine/core/run/run.ts";

/** A Monday morning in the shop, a contact called Léa on WhatsApp. */
export const MOMENT: Moment = {
  now: "2026-03-02T09:00:00.000Z",
  language: "fr",
  contact: {
    id: "con_1" as never,
    name: "Léa Martin",
    firstName: "Léa",
    language: null,
    phone: "+33639980001",
    email: null,
    fields: {},
    labels: [],
    optedOut: [],
  },
  conversation: { id: "cnv_1", channel: "whatsapp", windowOpen: true },
  capabilities: channelOf("whatsapp").capabilities,
  workspace: {
    id: "wsp_1" as never,
    name: "Boutique",
    languages: ["fr", "en"],
    country: "FR",
    timeZone: "Europe/Paris",
    currency: "EUR",
    hours: {
      mon: ["09:00-12:30", "14:00-19:00"],
      tue: ["09:00-19:00"],
      wed: [],
      thu: [],
      fri: [],
      sat: [],
      sun: [],
      holidays: ["12-25"],
    },
    sentences: {},
    botEnabled: true,
    burstWindowMs: 0,
  },
};
