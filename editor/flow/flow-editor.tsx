import { useQuery } from "@tanstack/react-query";
import { ReactFlowProvider } from "@xyflow/react";
import { SearchX } from "lucide-react";
import { useEffect, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { ApiError, sentenceOf } from "../api.ts";
import { onChange } from "../app/live.ts";
import { readFlow, writeFlow } from "../flows/flow-files.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState, ErrorState, Skeleton } from "../ui/states.tsx";
import { useWords } from "../words/words.ts";
import { aroundQuery } from "./around.ts";
import { type Checker, openChecker } from "./checker.ts";
import { Desk } from "./desk.tsx";
import { type FlowSession, openFlow } from "./flow-session.ts";
import { flowWords } from "./words.ts";

/** The editor of one flow: opens its file, keeps it checked and saved, and tells of changes from elsewhere. */
export function FlowEditor() {
  const { id = "" } = useParams();
  return (
    <ReactFlowProvider key={id}>
      <OpenFlow id={id} />
    </ReactFlowProvider>
  );
}

function OpenFlow({ id }: { readonly id: string }) {
  const t = useWords(flowWords);
  const navigate = useNavigate();
  const around = useQuery(aroundQuery(id));
  const [open, setOpen] = useState<{ readonly session: FlowSession; readonly checker: Checker } | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `tries` asks for another try
  useEffect(() => {
    let isLeft = false;
    let opened: FlowSession | null = null;
    const checker = openChecker(id);
    setProblem(null);
    readFlow(id)
      .then((first) => {
        if (isLeft) return;
        opened = openFlow(first, {
          read: () => readFlow(id),
          write: (source, etag) => writeFlow(id, source, etag),
          check: checker.check,
          wait: (ms) => new Promise((done) => setTimeout(done, ms)),
        });
        setOpen({ session: opened, checker });
      })
      .catch((error: unknown) => (isLeft ? undefined : setProblem(error)));
    const stop = onChange((change) => {
      if (change.type === "flowFile" && change.flow === id) void opened?.changedOnDisk(change.etag ?? null);
    });
    return () => {
      isLeft = true;
      stop();
      opened?.close();
      checker.close();
    };
  }, [id, tries]);
  useEffect(() => {
    if (!open || !around.data) return;
    open.checker.around(around.data.check);
    open.session.recheck();
  }, [open, around.data]);
  // Leaving the page with unsaved words is asked about by the browser.
  useEffect(() => {
    const leave = (event: BeforeUnloadEvent): void => {
      if (open && open.session.state().saving !== "saved") event.preventDefault();
    };
    window.addEventListener("beforeunload", leave);
    return () => window.removeEventListener("beforeunload", leave);
  }, [open]);
  if (problem instanceof ApiError && problem.status === 404)
    return (
      <EmptyState icon={SearchX} title={t("missing")} text={t("missingText")}>
        <Button look="primary" onClick={() => void navigate("/flows")}>
          {t("back")}
        </Button>
      </EmptyState>
    );
  if (problem) return <ErrorState text={sentenceOf(problem)} onRetry={() => setTries(tries + 1)} />;
  if (!open) return <DeskSkeleton label={t("loadingFlow")} />;
  return <Desk id={id} session={open.session} around={around.data ?? null} />;
}

function DeskSkeleton({ label }: { readonly label: string }) {
  return (
    <div role="status" aria-label={label} className="flex h-full">
      <div className="hidden w-60 flex-col gap-3 border-r border-line bg-surface p-3 lg:flex">
        {["a", "b", "c", "d", "e", "f"].map((key) => (
          <Skeleton key={key} className="h-9" />
        ))}
      </div>
      <div className="flex flex-1 items-center justify-center gap-16">
        <Skeleton className="h-40 w-64 rounded-lg" />
        <Skeleton className="h-40 w-64 rounded-lg max-md:hidden" />
      </div>
    </div>
  );
}
