import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { askJson, sentenceOf } from "../api.ts";
import { useSession } from "../session/session.ts";
import { toast } from "../ui/toast.tsx";
import { type OpenTalk, talkQuery } from "./talks.ts";

/** An order takes effect in the conversation's own turn: so often it is looked whether it has. */
const LOOKS = 20;
const EVERY_MS = 250;

export interface Turn {
  /** An order is under way. */
  readonly busy: boolean;
  readonly takeOver: () => Promise<void>;
  readonly handBack: () => Promise<void>;
  readonly switchOn: () => Promise<void>;
}

/** Changes who answers in a conversation. What the server refuses is said. */
export function useTurn(id: string): Turn {
  const queries = useQueryClient();
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const { queryKey } = talkQuery(id);
  const order = async (
    what: "takeover" | "handback" | "bot",
    body: object,
    isDone: (talk: OpenTalk) => boolean,
  ): Promise<void> => {
    setBusy(true);
    try {
      await askJson(`/api/conversations/${encodeURIComponent(id)}/${what}`, { method: "POST", body });
      for (let look = 0; look < LOOKS; look++) {
        const now = await queries.fetchQuery({ ...talkQuery(id), staleTime: 0 });
        if (isDone(now)) break;
        await new Promise((done) => setTimeout(done, EVERY_MS));
      }
      void queries.invalidateQueries({ queryKey: ["inbox"] });
    } catch (error) {
      void queries.invalidateQueries({ queryKey });
      toast({ text: sentenceOf(error), tone: "problem" });
    } finally {
      setBusy(false);
    }
  };
  return {
    busy,
    takeOver: () => {
      queries.setQueryData(queryKey, (known) =>
        known
          ? { ...known, owner: "agent" as const, status: "open" as const, answeredBy: session?.name ?? null }
          : known,
      );
      return order("takeover", {}, () => true);
    },
    handBack: () => order("handback", {}, ({ owner }) => owner === "bot"),
    switchOn: () => order("bot", { enabled: true }, ({ botEnabled }) => botEnabled),
  };
}
