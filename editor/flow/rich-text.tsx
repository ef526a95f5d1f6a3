import { Fragment } from "react";

const PART = /(\{\{[^{}]*\}\}|\{%[^{}]*%\})/g;

/** A text as the customer reads it, its variables as chips and its conditions as small marks. */
export function RichText({ text }: { readonly text: string }) {
  const parts = text.split(PART);
  return parts.map((part, index) => {
    const key = `${index}-${part}`;
    if (part.startsWith("{{"))
      return (
        <span key={key} className="rounded-sm bg-assistant-soft px-1 text-assistant">
          {part.slice(2, -2).trim()}
        </span>
      );
    if (part.startsWith("{%"))
      return (
        <span key={key} title={part} className="rounded-sm bg-sunken px-0.5 text-xs text-muted">
          {part.includes("end") ? "⟩" : "⟨?"}
        </span>
      );
    return <Fragment key={key}>{part}</Fragment>;
  });
}
