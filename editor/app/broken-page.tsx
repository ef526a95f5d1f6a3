import { Compass } from "lucide-react";
import { useNavigate, useRouteError } from "react-router";
import { ApiError, sentenceOf } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { useWords } from "../words/words.ts";
import { appWords } from "./words.ts";

/** A screen that failed: the rest of the application goes on. A part that a new version took away asks for a reload. */
export function BrokenPage() {
  const t = useWords(appWords);
  const error = useRouteError();
  const isOld = error instanceof TypeError && /dynamically imported module|importing a module/i.test(error.message);
  const detail = error instanceof ApiError ? error.detail : error instanceof Error ? error.message : String(error);
  return (
    <main className="grid min-h-dvh place-items-center">
      <ErrorState
        title={t("brokenTitle")}
        text={isOld ? t("newVersionText") : error instanceof ApiError ? sentenceOf(error) : t("brokenText")}
        detail={isOld ? undefined : detail}
        onRetry={() => location.reload()}
      />
    </main>
  );
}

export function NotFound() {
  const t = useWords(appWords);
  const navigate = useNavigate();
  return (
    <EmptyState icon={Compass} title={t("notFoundTitle")} text={t("notFoundText")}>
      <Button look="primary" onClick={() => void navigate("/")}>
        {t("backHome")}
      </Button>
    </EmptyState>
  );
}
