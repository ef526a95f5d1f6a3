import { useState } from "react";
import type { Json } from "../../engine/core/domain/json.ts";
import type { Session, SimAction } from "../../engine/core/simulator/session.ts";
import { Button } from "../ui/button.tsx";
import { Field, TextArea } from "../ui/field.tsx";
import { Switch } from "../ui/switch.tsx";
import { useWords } from "../words/words.ts";
import { simulatorWords } from "./words.ts";

const NAMED = ["answer", "http", "findProducts", "createOrder", "findOrder", "setOrderStatus"] as const;

/** What the run waits for from a helper, with a usual answer to change; or all of it answered by itself. */
export function Pending({
  session,
  automatic,
  onAutomatic,
  onAct,
}: {
  readonly session: Session;
  readonly automatic: boolean;
  readonly onAutomatic: (automatic: boolean) => void;
  readonly onAct: (action: SimAction) => void;
}) {
  const t = useWords(simulatorWords);
  const { pending } = session.talk;
  return (
    <section aria-label={t("pending")} className="shrink-0 border-t border-line px-3 py-2">
      <div className="flex items-center gap-2 text-xs text-muted">
        <Switch label={t("answers")} checked={automatic} onChange={onAutomatic} />
        <span aria-hidden>{t("answers")}</span>
      </div>
      {pending.map(({ key, effect, suggestion }) => (
        <Waiting key={key} {...{ effect, suggestion, onAct }} name={key} />
      ))}
    </section>
  );
}

function Waiting({
  name,
  effect,
  suggestion,
  onAct,
}: {
  readonly name: string;
  readonly effect: Session["talk"]["pending"][number]["effect"];
  readonly suggestion: Json;
  readonly onAct: (action: SimAction) => void;
}) {
  const t = useWords(simulatorWords);
  const [text, setText] = useState(() => JSON.stringify(suggestion, null, 1));
  const known = NAMED.find((one) => one === effect.type);
  const answer = parsed(text);
  return (
    <div className="mt-2 flex flex-col gap-2 rounded-md border border-assistant bg-assistant-soft p-2">
      <Field label={t(known ? `ask_${known}` : "ask_any")} error={answer === undefined ? t("notJson") : undefined}>
        {(control) => (
          <TextArea
            {...control}
            value={text}
            spellCheck={false}
            className="max-h-40 font-mono text-xs"
            onChange={({ target }) => setText(target.value)}
          />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button size="small" onClick={() => onAct({ type: "fail", key: name, code: "unavailable" })}>
          {t("fail")}
        </Button>
        <Button
          size="small"
          look="primary"
          disabled={answer === undefined}
          onClick={() => (answer === undefined ? undefined : onAct({ type: "answer", key: name, result: answer }))}
        >
          {t("answer")}
        </Button>
      </div>
    </div>
  );
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
