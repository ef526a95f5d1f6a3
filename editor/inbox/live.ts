import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { onChange } from "../app/live.ts";

/** Lists are asked anew at most so often, however much is being said. */
const LIST_MS = 400;

let followers = 0;
let stop = (): void => {};

function follow(queries: QueryClient): () => void {
  let due: ReturnType<typeof setTimeout> | undefined;
  const stopListening = onChange(({ type, conversationId }) => {
    if (type !== "message" && type !== "status" && type !== "conversation") return;
    if (conversationId) {
      if (type !== "conversation") void queries.invalidateQueries({ queryKey: ["inbox", "thread", conversationId] });
      if (type !== "status") void queries.invalidateQueries({ queryKey: ["inbox", "talk", conversationId] });
    }
    if (type === "status") return;
    due ??= setTimeout(() => {
      due = undefined;
      void queries.invalidateQueries({ queryKey: ["inbox", "list"] });
      void queries.invalidateQueries({ queryKey: ["inbox", "counts"] });
    }, LIST_MS);
  });
  return () => {
    clearTimeout(due);
    stopListening();
  };
}

/** While any of its callers stands, what the inbox shows follows what happens. */
export function useInboxLive(): void {
  const queries = useQueryClient();
  useEffect(() => {
    followers++;
    if (followers === 1) stop = follow(queries);
    return () => {
      followers--;
      if (followers === 0) stop();
    };
  }, [queries]);
}
