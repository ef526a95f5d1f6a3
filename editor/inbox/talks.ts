import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Contact, IdentityValue } from "../../engine/core/domain/contact.ts";
import type { Conversation } from "../../engine/core/domain/conversation.ts";
import { type ApiMessage, askJson } from "../api.ts";

export const VIEWS = ["waiting", "bot", "agent", "all", "closed"] as const;
export type View = (typeof VIEWS)[number];

/** What the list is to show. An empty channel or account: every one. */
export interface TalkFilter {
  readonly view: View;
  readonly channel: string;
  readonly accountId: string;
}

export interface Person extends Contact {
  readonly identities: readonly (IdentityValue & { readonly channel: string; readonly accountId: string })[];
  readonly refused: readonly { readonly accountId: string; readonly purpose: string }[];
}

/** A conversation in a list. */
export interface Talk extends Conversation {
  readonly contact: Person;
  readonly lastMessage: { readonly text: string; readonly direction: "in" | "out"; readonly at: string } | null;
  readonly unread: number;
  readonly createdAt: string;
}

/** One conversation with what the screen around its thread needs. */
export interface OpenTalk extends Talk {
  /** Who of the people answers; null: the bot does, or nobody knows. */
  readonly answeredBy: string | null;
  readonly run: {
    readonly flow: string;
    readonly at: readonly { readonly flow: string; readonly node: string }[];
    readonly timers: readonly { readonly name: string; readonly dueAt: string }[];
  } | null;
  readonly steps: readonly {
    readonly version: number;
    readonly event: string;
    readonly at: string;
    readonly path: readonly { readonly flow: string; readonly node: string; readonly exit?: string }[];
  }[];
  readonly notes: readonly { readonly text: string; readonly by: string; readonly at: string }[];
}

export type Counts = Readonly<Record<View, number>>;

interface PageOf<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

const WHICH: Readonly<Record<View, Readonly<Record<string, string>>>> = {
  waiting: { status: "waiting" },
  bot: { status: "open", owner: "bot" },
  agent: { status: "open", owner: "agent" },
  all: {},
  closed: { status: "closed" },
};
const LIST_PAGE = 30;
const THREAD_PAGE = 40;

function asked(values: Readonly<Record<string, string | number>>): string {
  return new URLSearchParams(
    Object.entries(values).flatMap(([key, value]) => (value === "" ? [] : [[key, String(value)]])),
  ).toString();
}

export const countsQuery = (channel = "", accountId = "") =>
  queryOptions({
    queryKey: ["inbox", "counts", channel, accountId],
    queryFn: () => askJson<Counts>(`/api/conversation-counts?${asked({ channel, accountId })}`),
  });

export const talksQuery = ({ view, channel, accountId }: TalkFilter) =>
  infiniteQueryOptions({
    queryKey: ["inbox", "list", view, channel, accountId],
    queryFn: ({ pageParam }) =>
      askJson<PageOf<Talk>>(
        `/api/conversations?${asked({ ...WHICH[view], channel, accountId, cursor: pageParam, limit: LIST_PAGE })}`,
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
  });

export const talkQuery = (id: string) =>
  queryOptions({
    queryKey: ["inbox", "talk", id],
    queryFn: () => askJson<OpenTalk>(`/api/conversations/${encodeURIComponent(id)}`),
  });

/** The thread, its newest page first, each page newest first. */
export const threadQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["inbox", "thread", id],
    queryFn: ({ pageParam }) =>
      askJson<PageOf<ApiMessage>>(
        `/api/messages?${asked({ conversationId: id, cursor: pageParam, limit: THREAD_PAGE })}`,
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
  });

export const othersQuery = (contactId: string) =>
  queryOptions({
    queryKey: ["inbox", "list", "of", contactId],
    queryFn: async () => (await askJson<PageOf<Talk>>(`/api/conversations?${asked({ contactId, limit: 20 })}`)).items,
  });

/** The pages as one list without doubles: what arrived between two pages moves lines from one into the next. */
export function lines<T extends { readonly id: string }>(pages: readonly PageOf<T>[] | undefined): readonly T[] {
  const found = new Map<string, T>();
  for (const page of pages ?? []) for (const item of page.items) if (!found.has(item.id)) found.set(item.id, item);
  return [...found.values()];
}
