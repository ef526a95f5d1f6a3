import { useQuery } from "@tanstack/react-query";
import { ArrowRight, CircleCheck, CircleDashed, Copy, ExternalLink, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { askJson, sentenceOf } from "../api.ts";
import { useScreens } from "../app/rail.tsx";
import { useSession } from "../session/session.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { ErrorState, Skeleton } from "../ui/states.tsx";
import { toast } from "../ui/toast.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { TryChat } from "./try-chat.tsx";
import { homeWords } from "./words.ts";

/** What `GET /api/public/status` says. */
interface Status {
  readonly assistant: string;
  readonly backupNumber: boolean;
  readonly channels: readonly {
    readonly type: string;
    readonly label: { readonly fr: string; readonly en: string };
    readonly connected: boolean;
    readonly status: string | null;
  }[];
  readonly flows: readonly { readonly id: string; readonly published: boolean }[];
}

/** How the bot is doing, the next step, and a chat to try it. */
export function Home() {
  const t = useWords(homeWords);
  const session = useSession();
  const status = useQuery({
    queryKey: ["accounts", "status"],
    queryFn: () => askJson<Status>("/api/public/status"),
  });
  return (
    <div className="mx-auto grid max-w-6xl grid-cols-[minmax(0,1fr)] gap-6 p-4 sm:p-6 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <div className="flex flex-col gap-4">
        <div>
          <h1 className="text-lg font-semibold">{t("hello", { name: session?.name ?? "" })}</h1>
          <p className="text-muted">{t("tagline")}</p>
        </div>
        {status.isPending ? <Waiting /> : null}
        {status.isError ? <ErrorState text={sentenceOf(status.error)} onRetry={() => void status.refetch()} /> : null}
        {status.data ? <Cards status={status.data} /> : null}
      </div>
      <section aria-label={t("demo")} className="flex flex-col gap-3">
        <h2 className="font-semibold">{t("demo")}</h2>
        <TryChat />
      </section>
    </div>
  );
}

function Waiting() {
  return (
    <>
      <Skeleton className="h-24 rounded-lg" />
      <Skeleton className="h-56 rounded-lg" />
    </>
  );
}

function Cards({ status }: { readonly status: Status }) {
  const t = useWords(homeWords);
  const language = useLanguage();
  const navigate = useNavigate();
  const mayConnect = useScreens().some(({ path }) => path === "settings");
  const step = nextStep(status);
  const to = step === "stepChannels" ? (mayConnect ? TO_CHANNELS : null) : step === "stepBackup" ? null : TO_FLOWS;
  return (
    <>
      <section className="flex flex-wrap items-center gap-4 rounded-lg bg-brand-soft px-6 py-5">
        <div className="min-w-52 flex-1">
          <h2 className="font-semibold">{t("next")}</h2>
          <p className="mt-1">{t(step)}</p>
        </div>
        {to ? (
          <Button look="primary" icon={ArrowRight} onClick={() => void navigate(to.path)}>
            {t(to.word)}
          </Button>
        ) : null}
      </section>
      <Card title={t("connected")}>
        <ul>
          {status.channels.map(({ type, label, connected, status: state }) => (
            <Row key={type} name={label[language]} on={state === "authFailed" ? "problem" : connected ? "yes" : "no"} />
          ))}
          <Row name={t("backup")} on={status.backupNumber ? "yes" : "no"} />
          <Row
            name={t("assistant")}
            on="yes"
            value={status.assistant === "builtin" ? t("builtin") : status.assistant}
          />
        </ul>
      </Card>
      <Card title={t("chatLink")}>
        <Copyable text={`${location.origin}/chat`} open />
      </Card>
      <p>
        <a href="/docs" className="text-brand underline-offset-4 hover:underline">
          {t("docs")}
        </a>
      </p>
    </>
  );
}

const TO_FLOWS = { path: "/flows", word: "openFlow" } as const;
const TO_CHANNELS = { path: "/settings/channels", word: "openChannels" } as const;
/** There from the first start, and nobody's errand. */
const OWN: ReadonlySet<string> = new Set(["web", "form"]);

function nextStep(status: Status): "stepFlows" | "stepChannels" | "stepBackup" | "stepDone" {
  if (!status.flows.some(({ published }) => published)) return "stepFlows";
  if (!status.channels.some(({ type, connected }) => !OWN.has(type) && connected)) return "stepChannels";
  return status.backupNumber ? "stepDone" : "stepBackup";
}

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="rounded-lg border border-line bg-surface px-6 py-5">
      <h2 className="mb-2 font-semibold">{title}</h2>
      {children}
    </section>
  );
}

const SIGNS = { yes: CircleCheck, no: CircleDashed, problem: TriangleAlert } as const;
const COLOURS = { yes: "text-brand", no: "text-muted", problem: "text-problem" } as const;

function Row({ name, on, value }: { readonly name: string; readonly on: keyof typeof SIGNS; readonly value?: string }) {
  const t = useWords(homeWords);
  const Sign = SIGNS[on];
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 border-t border-line py-2 first:border-0">
      <span>{name}</span>
      <span className={`ml-auto inline-flex items-center gap-2 ${COLOURS[on]}`}>
        <Sign size={16} strokeWidth={1.75} aria-hidden />
        {value ?? t(on)}
      </span>
    </li>
  );
}

function Copyable({ text, open = false }: { readonly text: string; readonly open?: boolean }) {
  const t = useWords(homeWords);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    toast({ text: t("copied") });
  };
  return (
    <div className="flex items-center gap-1">
      <code className="min-w-0 flex-1 truncate rounded-md bg-sunken px-3 py-2 font-mono text-xs">{text}</code>
      <IconButton icon={Copy} label={t("copy")} onClick={() => void copy()} />
      {open ? <IconButton icon={ExternalLink} label={t("openChat")} onClick={() => window.open(text)} /> : null}
    </div>
  );
}
