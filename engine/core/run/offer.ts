import type { Choice } from "../domain/message.ts";

/** What the run last offered: taps are compared with it. Part of the machine's context, so plain JSON. */
export interface Offer {
  readonly node: string;
  /** Differs for every sending of the same question: `<visits>.<tries>`. */
  readonly token: string;
  readonly choices: readonly OfferedChoice[];
  /** The choice that was taken; the same tap again is a double tap. */
  readonly answered?: string;
}
export interface OfferedChoice {
  readonly id: string;
  readonly label: string;
  readonly synonyms?: readonly string[];
}

/** A choice id as it travels: `greeting/products/1.0`. Node names and choice ids hold no slash. */
export function encodeChoice(node: string, choice: string, token: string): string {
  return `${node}/${choice}/${token}`;
}

/** The parts of a choice id that came back; null for ids that are not ours (template buttons, foreign taps). */
export function decodeChoice(
  id: string,
): { readonly node: string; readonly choice: string; readonly token: string } | null {
  const parts = id.split("/");
  const [node, choice, token] = parts;
  return parts.length === 3 && node && choice && token ? { node, choice, token } : null;
}

/** The choices with ids that say where they were offered. */
export function encoded(node: string, token: string, choices: readonly Choice[]): readonly Choice[] {
  return choices.map((choice) => ({ ...choice, id: encodeChoice(node, choice.id, token) }));
}
