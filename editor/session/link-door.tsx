import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { sentenceOf } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { Skeleton } from "../ui/states.tsx";
import { useWords } from "../words/words.ts";
import { Door } from "./door.tsx";
import type { Whose } from "./link.ts";
import { sessionWords } from "./words.ts";

/** The door of a one-time link: being checked, could not be checked, no good, or open. */
export function LinkDoor({
  token,
  whose,
  isUsed,
  children,
}: {
  readonly token: string;
  readonly whose: UseQueryResult<Whose | null>;
  readonly isUsed: boolean;
  readonly children: (whose: Whose) => ReactNode;
}) {
  const t = useWords(sessionWords);
  const navigate = useNavigate();
  if (whose.isPending)
    return (
      <Door title={t("checkTitle")}>
        <Skeleton className="h-9" />
        <Skeleton className="h-9" />
        <Skeleton className="h-9" />
      </Door>
    );
  if (whose.isError)
    return (
      <Door title={t("failedTitle")} text={sentenceOf(whose.error)}>
        <Button onClick={() => void whose.refetch()}>{t("retry")}</Button>
      </Door>
    );
  if (whose.data === null || isUsed)
    return (
      <Door title={t("linkUsedTitle")} text={token === "" ? t("noToken") : t("linkAskAgain")}>
        <Button look="primary" onClick={() => void navigate("/")}>
          {t("goSignIn")}
        </Button>
      </Door>
    );
  return children(whose.data);
}
