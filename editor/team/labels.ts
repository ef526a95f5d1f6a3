import type { ChannelType } from "../../engine/core/domain/channel.ts";
import { CHANNEL_LABELS } from "../channels/labels.ts";
import type { ScreenLanguage } from "../words/words.ts";
import type { Account, Role } from "./people.ts";

const said = (text: Role["name"], language: ScreenLanguage): string =>
  typeof text === "string" ? text : text[language];

export const roleName = ({ name }: Role, language: ScreenLanguage): string => said(name, language);
export const roleText = ({ description }: Role, language: ScreenLanguage): string => said(description, language);

/** « Boutique (WhatsApp) » */
export function accountName({ name, channel }: Account, language: ScreenLanguage): string {
  return `${name} (${CHANNEL_LABELS[channel as ChannelType]?.[language] ?? channel})`;
}

const BROWSERS = [
  ["Edge", /Edg\//],
  ["Opera", /OPR\//],
  ["Firefox", /Firefox\//],
  ["Chrome", /Chrom(e|ium)\//],
  ["Safari", /Safari\//],
] as const;
const SYSTEMS = [
  ["Android", /Android/],
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["Windows", /Windows/],
  ["macOS", /Mac OS X/],
  ["Linux", /Linux/],
] as const;

/** « Firefox, Windows » out of what a browser says it is; its own words where they tell us nothing. */
export function browserName(agent: string): string {
  const of = (known: readonly (readonly [string, RegExp])[]): string | undefined =>
    known.find(([, sign]) => sign.test(agent))?.[0];
  return [of(BROWSERS), of(SYSTEMS)].filter(Boolean).join(", ") || agent.slice(0, 60) || "?";
}
