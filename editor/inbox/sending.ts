import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { ApiError, type ApiMessage, askJson, sentenceOf } from "../api.ts";
import { wordsOf } from "../words/words.ts";
import { threadQuery } from "./talks.ts";
import { dropUnsent, keepUnsent, type Unsent, useUnsent } from "./unsent.ts";
import { inboxWords } from "./words.ts";

export interface Sending {
  readonly unsent: readonly Unsent[];
  readonly send: (text: string) => void;
  readonly retry: (one: Unsent) => void;
  readonly discard: (one: Unsent) => void;
}

type Pages = InfiniteData<{ readonly items: readonly ApiMessage[]; readonly next: string | null }, string>;

/** Sends what a person writes: shown at once, kept until the server has taken it, never taken twice. */
export function useSending(talk: string, channelName: string): Sending {
  const queries = useQueryClient();
  const unsent = useUnsent(talk);
  const key = threadQuery(talk).queryKey;
  const deliver = async (one: Unsent): Promise<void> => {
    keepUnsent(talk, { ...one, state: "sending", error: "" });
    try {
      const message = await askJson<ApiMessage>(`/api/conversations/${encodeURIComponent(talk)}/messages`, {
        method: "POST",
        body: { text: one.text, clientId: one.clientId },
      });
      await queries.cancelQueries({ queryKey: key });
      queries.setQueryData<Pages>(key, (known) => withMessage(known, message));
      dropUnsent(talk, one.clientId);
      void queries.invalidateQueries({ queryKey: key });
      void queries.invalidateQueries({ queryKey: ["inbox", "talk", talk] });
    } catch (error) {
      keepUnsent(talk, { ...one, state: "failed", error: refusal(error, channelName) });
    }
  };
  return {
    unsent,
    send: (text) => {
      const known = queries.getQueryData<Pages>(key);
      void deliver({
        clientId: crypto.randomUUID(),
        text,
        at: new Date().toISOString(),
        after: known?.pages[0]?.items[0]?.position ?? 0,
        state: "sending",
        error: "",
      });
    },
    retry: (one) => void deliver(one),
    discard: (one) => dropUnsent(talk, one.clientId),
  };
}

function withMessage(known: Pages | undefined, message: ApiMessage): Pages | undefined {
  const [first, ...rest] = known?.pages ?? [];
  if (!known || !first || first.items.some(({ id }) => id === message.id)) return known;
  return { ...known, pages: [{ ...first, items: [message, ...first.items] }, ...rest] };
}

function refusal(error: unknown, channelName: string): string {
  const t = wordsOf(inboxWords);
  if (!(error instanceof ApiError)) return sentenceOf(error);
  const { maxTextLength, since } = (error.body ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof maxTextLength === "number") return t("tooLong", { channel: channelName, limit: maxTextLength });
  return since === undefined ? sentenceOf(error) : t("errOutsideServiceWindow");
}
