import { useQuery } from "@tanstack/react-query";
import { useWords } from "../words/words.ts";
import { useInboxLive } from "./live.ts";
import { countsQuery } from "./talks.ts";
import { inboxWords } from "./words.ts";

/** How many wait for a person, beside the inbox's name; nothing when nobody does. */
export function WaitingCount() {
  const t = useWords(inboxWords);
  useInboxLive();
  const count = useQuery(countsQuery()).data?.waiting ?? 0;
  if (count === 0) return null;
  return (
    <span className="absolute top-1 left-1/2 ml-2 grid h-4 min-w-4 place-items-center rounded-full bg-agent px-1 text-xs leading-none font-semibold text-paper">
      <span aria-hidden>{count > 99 ? "99+" : count}</span>
      <span className="sr-only">{t("toAnswer", { count })}</span>
    </span>
  );
}
