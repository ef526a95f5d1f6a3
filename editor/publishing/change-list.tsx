import { Minus, PenLine, Plus, Tag } from "lucide-react";
import { inLanguage, type LocalizedText } from "../../engine/core/domain/language.ts";
import type { FieldChange, FlowDifference, NodeChange } from "../../engine/core/flow/difference.ts";
import { nodeTypes } from "../../engine/core/nodes/registry.ts";
import { useLanguage, useWords } from "../words/words.ts";
import type { Difference, Sample } from "./versions.ts";
import { publishingWords } from "./words.ts";

const LOOKS = {
  added: { icon: Plus, colour: "text-brand" },
  removed: { icon: Minus, colour: "text-problem" },
  changed: { icon: PenLine, colour: "text-agent" },
  renamed: { icon: Tag, colour: "text-muted" },
} as const;

/** Every block that changes, with what it was and what it becomes. */
export function ChangeList({
  difference,
  onChoose,
}: {
  readonly difference: FlowDifference;
  readonly onChoose?: (node: string) => void;
}) {
  const t = useWords(publishingWords);
  return (
    <ul className="flex flex-col gap-1">
      {difference.head.length > 0 ? (
        <li className="rounded-md border border-line px-3 py-2">
          <p className="text-sm font-medium">{t("head")}</p>
          <Fields fields={difference.head} />
        </li>
      ) : null}
      {difference.nodes.map((change) => (
        <Change key={`${change.type} ${change.id}`} change={change} {...(onChoose ? { onChoose } : {})} />
      ))}
    </ul>
  );
}

function Change({ change, onChoose }: { readonly change: NodeChange; readonly onChoose?: (node: string) => void }) {
  const t = useWords(publishingWords);
  const language = useLanguage();
  const { icon: Icon, colour } = LOOKS[change.type];
  const type = nodeTypes.get(change.node.type);
  const preview = type?.preview(change.node, language) ?? "";
  const name = (
    <>
      <Icon size={16} strokeWidth={1.75} aria-hidden className={colour} />
      <span className="text-xs text-muted">{t(change.type)}</span>
      <span className="text-sm font-medium">{change.node.title ?? change.id}</span>
      <span className="min-w-0 flex-1 truncate text-xs text-muted">
        {change.type === "renamed" ? `${change.from} → ${change.id}` : `${type?.label[language] ?? ""} ${preview}`}
      </span>
    </>
  );
  return (
    <li className="rounded-md border border-line px-3 py-2">
      {onChoose && change.type !== "removed" ? (
        <button type="button" onClick={() => onChoose(change.id)} className="flex w-full items-center gap-2 text-left">
          {name}
        </button>
      ) : (
        <div className="flex items-center gap-2">{name}</div>
      )}
      {change.type === "changed" ? <Fields fields={change.fields} /> : null}
    </li>
  );
}

function Fields({ fields }: { readonly fields: readonly FieldChange[] }) {
  const t = useWords(publishingWords);
  return (
    <dl className="mt-1 flex flex-col gap-1 text-xs">
      {fields.map(({ path, before, after }) => (
        <div key={path.join(".")} className="grid grid-cols-[7rem_1fr] gap-x-3">
          <dt className="truncate text-muted">{path.join(".")}</dt>
          <dd className="flex flex-col [overflow-wrap:anywhere]">
            <del className="text-problem">
              <span className="sr-only">{t("was")} </span>
              <Value value={before} />
            </del>
            <ins className="text-brand no-underline">
              <span className="sr-only">{t("now")} </span>
              <Value value={after} />
            </ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A text in the reader's language, where it is one; else as it is written. */
function Value({ value }: { readonly value: unknown }) {
  const t = useWords(publishingWords);
  const language = useLanguage();
  if (value === undefined || value === "") return t("empty");
  if (typeof value === "string") return value;
  const isText =
    value !== null &&
    typeof value === "object" &&
    !Array.isArray(value) &&
    Object.entries(value).every(([key, text]) => /^[a-z]{2}(-[A-Z]{2})?$/.test(key) && typeof text === "string");
  if (!isText) return JSON.stringify(value);
  const own = inLanguage(value as LocalizedText, language);
  const others = Object.entries(value as object).filter(([, text]) => text !== own);
  return [own, ...others.map(([key, text]) => `${key} : ${text}`)].join(" · ");
}

/** The same short chat before and after a change. */
export function Samples({ samples }: { readonly samples: Difference["samples"] }) {
  const t = useWords(publishingWords);
  return (
    <section aria-label={t("samples")} className="flex flex-col gap-2">
      <h3 className="text-sm font-semibold">{t("samples")}</h3>
      <div className="grid gap-3 sm:grid-cols-2">
        <Chat title={t("before")} sample={samples.before} />
        <Chat title={t("after")} sample={samples.after} />
      </div>
    </section>
  );
}

function Chat({ title, sample }: { readonly title: string; readonly sample: Sample | null }) {
  const t = useWords(publishingWords);
  return (
    <div className="flex flex-col gap-1.5 rounded-md bg-sunken p-3">
      <h4 className="text-xs font-medium text-muted">{title}</h4>
      {sample === null ? <p className="text-xs text-muted">{t("noSample")}</p> : null}
      {sample?.chat.map((line, index) => {
        const look =
          "contact" in line
            ? "self-end rounded-br-sm bg-customer-soft"
            : "bot" in line
              ? "self-start rounded-bl-sm bg-surface"
              : "self-center text-muted";
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a chat have no name but their place
          <p key={index} className={`max-w-[85%] rounded-md px-2.5 py-1.5 text-xs whitespace-pre-line ${look}`}>
            {"contact" in line ? line.contact : "bot" in line ? line.bot : line.event}
          </p>
        );
      })}
    </div>
  );
}
