import { CircleAlert, CircleCheck, Info, Lightbulb, Wrench } from "lucide-react";
import { useDeferredValue } from "react";
import type { Diagnostic } from "../../engine/core/domain/diagnostic.ts";
import { Button } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { useFlow, useFlowPart } from "./flow-context.ts";
import { flowWords } from "./words.ts";

const LOOKS = {
  error: { icon: CircleAlert, colour: "text-problem" },
  warning: { icon: Lightbulb, colour: "text-agent" },
  info: { icon: Info, colour: "text-muted" },
} as const;
const RANKS = { error: 0, warning: 1, info: 2 } as const;

/** Everything that is wrong or could be better, errors first; each leads to its place. */
export function Problems() {
  const t = useWords(flowWords);
  // A list that lags behind a little does not hold up who types.
  const diagnostics = useDeferredValue(useFlowPart((state) => state.diagnostics));
  const isChecked = useFlowPart((state) => state.isChecked);
  const sorted = [...diagnostics].sort(
    (a, b) => RANKS[a.severity] - RANKS[b.severity] || a.range.start.offset - b.range.start.offset,
  );
  if (sorted.length === 0)
    return (
      <p className="flex items-center gap-2 p-4 text-muted">
        {isChecked ? <CircleCheck size={18} strokeWidth={1.75} className="text-brand" aria-hidden /> : null}
        {t(isChecked ? "noProblem" : "checking")}
      </p>
    );
  return (
    <ul className="divide-y divide-line">
      {sorted.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same finding may stand twice
        <Problem key={`${one.code}-${one.node}-${index}`} diagnostic={one} />
      ))}
    </ul>
  );
}

function Problem({ diagnostic }: { readonly diagnostic: Diagnostic }) {
  const t = useWords(flowWords);
  const language = useLanguage();
  const { goTo, light, openDrawer } = useFlow();
  const { severity, message, node, range, example, code } = diagnostic;
  const { icon: Icon, colour } = LOOKS[severity];
  const show = (): void => {
    if (node) goTo(node);
    light(example?.path ?? []);
  };
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-1 px-4 py-2.5 [content-visibility:auto] [contain-intrinsic-block-size:auto_3.5rem]">
      <Icon size={18} strokeWidth={1.75} className={classes("mt-0.5 shrink-0", colour)} aria-hidden />
      <div className="min-w-60 flex-1">
        <button type="button" onClick={show} className="text-left underline-offset-4 hover:underline">
          <span className="sr-only">{t(severity)} : </span>
          {message[language]}
        </button>
        <p className="text-xs text-muted">
          {node ? <span>{node} · </span> : null}
          <button
            type="button"
            onClick={() => openDrawer("yaml", range.start.line)}
            className="underline-offset-4 hover:underline"
          >
            {t("line", { line: range.start.line })}
          </button>{" "}
          · <span className="font-mono">{code}</span>
        </p>
        {example && example.chat.length > 0 ? <ExampleChat chat={example.chat} /> : null}
      </div>
      <FixButton diagnostic={diagnostic} />
    </li>
  );
}

/** The one-click way to mend it, where there is one. */
function FixButton({ diagnostic }: { readonly diagnostic: Diagnostic }) {
  const t = useWords(flowWords);
  const language = useLanguage();
  const { session, mayEdit } = useFlow();
  const isReadable = useFlowPart((state) => state.isReadable);
  const { fix } = diagnostic;
  if (!fix || !mayEdit || !isReadable) return null;
  return (
    <Button size="small" icon={Wrench} onClick={() => session.edit(fix.edits)}>
      {t("fix", { title: fix.title[language] })}
    </Button>
  );
}

function ExampleChat({ chat }: { readonly chat: NonNullable<Diagnostic["example"]>["chat"] }) {
  const t = useWords(flowWords);
  return (
    <details className="mt-1">
      <summary className="text-xs text-brand">{t("example")}</summary>
      <ol className="mt-1 flex max-w-md flex-col gap-1 rounded-md bg-sunken p-2 text-xs">
        {chat.map((line, index) => {
          const key = `${index}-${JSON.stringify(line)}`;
          if ("event" in line)
            return (
              <li key={key} className="text-center text-muted">
                {line.event}
              </li>
            );
          const isBot = "bot" in line;
          return (
            <li
              key={key}
              className={classes(
                "max-w-[85%] rounded-md px-2 py-1",
                isBot ? "bg-brand-soft" : "self-end bg-customer-soft",
              )}
            >
              <span className="sr-only">{t(isBot ? "bot" : "customer")} : </span>
              {isBot ? line.bot : line.contact}
            </li>
          );
        })}
      </ol>
    </details>
  );
}

/** The findings of one node, in its form. */
export function NodeProblems({ node }: { readonly node: string }) {
  const language = useLanguage();
  const diagnostics = useFlowPart((state) => state.diagnostics);
  const own = diagnostics.filter((one) => one.node === node && one.severity !== "info");
  if (own.length === 0) return null;
  return (
    <ul className="flex flex-col gap-2">
      {own.map((one, index) => {
        const { icon: Icon, colour } = LOOKS[one.severity];
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: the same finding may stand twice
            key={`${one.code}-${index}`}
            className={classes(
              "flex flex-col items-start gap-2 rounded-md px-3 py-2 text-xs",
              one.severity === "error" ? "bg-problem-soft" : "bg-agent-soft",
            )}
          >
            <span className="flex gap-2">
              <Icon size={14} strokeWidth={2} className={classes("mt-0.5 shrink-0", colour)} aria-hidden />
              {one.message[language]}
            </span>
            <FixButton diagnostic={one} />
          </li>
        );
      })}
    </ul>
  );
}
