/**
 * What one customer of the boutique says from the first word to the order, as Meta delivers it. A tap answers what was
 * last offered; the floor offers nothing, so a tap on it carries an id of its own.
 */
export interface Turn {
  /** How many replies end this turn. */
  readonly replies: number;
  readonly text?: string;
  /** The label that is tapped; a number: the n-th row of the list. */
  readonly tap?: string | number;
}

export const DIALOGUE: readonly Turn[] = [
  { text: "Bonjour", replies: 1 },
  { tap: "Produits", replies: 1 },
  { tap: 0, replies: 1 },
  { tap: "Modifier", replies: 1 },
  { tap: 1, replies: 1 },
  { tap: "Confirmer", replies: 1 },
  { text: "Bonjour", replies: 1 },
  { tap: "Commande", replies: 2 },
];

export interface Offer {
  readonly id: string;
  readonly title: string;
  readonly isRow: boolean;
}

/** The message part of a webhook for this turn. Throws when what is to be tapped was not offered. */
export function messageOf(turn: Turn, offers: readonly Offer[], anyTap: boolean): object {
  if (turn.text !== undefined) return { type: "text", text: { body: turn.text } };
  const offer = typeof turn.tap === "number" ? offers[turn.tap] : offers.find(({ title }) => title === turn.tap);
  if (!offer && !anyTap)
    throw new Error(`"${turn.tap}" was not offered, but ${offers.map(({ title }) => title).join(", ") || "nothing"}`);
  const reply = { id: offer?.id ?? "any", title: offer?.title ?? String(turn.tap) };
  return {
    type: "interactive",
    interactive: offer?.isRow
      ? { type: "list_reply", list_reply: reply }
      : { type: "button_reply", button_reply: reply },
  };
}

export interface Interactive {
  readonly action?: {
    readonly buttons?: readonly { readonly reply: { readonly id: string; readonly title: string } }[];
    readonly sections?: readonly { readonly rows: readonly { readonly id: string; readonly title: string }[] }[];
  };
}

/** What a message of ours offers to tap. */
export function offersOf(body: { readonly interactive?: Interactive }): readonly Offer[] {
  const action = body.interactive?.action;
  if (!action) return [];
  return [
    ...(action.buttons ?? []).map(({ reply }) => ({ ...reply, isRow: false })),
    ...(action.sections ?? []).flatMap(({ rows }) => rows.map(({ id, title }) => ({ id, title, isRow: true }))),
  ];
}
