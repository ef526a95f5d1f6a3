import { Cable } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { JsonObject } from "../../engine/core/domain/json.ts";
import { type AccountView, ApiError } from "../api.ts";
import type { ChannelOffer } from "../channels/channel-offers.ts";
import { Button } from "../ui/button.tsx";
import { Field, Input } from "../ui/field.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { sentValues, startingValues } from "./account-values.ts";
import { type Problems, problemsOf, refusalOf, type Tested, useAccounts } from "./accounts.ts";
import { channelWords } from "./channel-words.ts";
import { Findings } from "./findings.tsx";
import { FormFactsContext } from "./form-facts.ts";
import { ObjectFields } from "./part-fields.tsx";

/** Name and values of an account, drawn from its channel's schema; tested before or after it is saved. */
export function AccountForm({
  offer,
  account,
  isReadOnly,
  onSave,
}: {
  readonly offer: ChannelOffer;
  /** Absent: one that is to be connected. */
  readonly account?: AccountView;
  readonly isReadOnly: boolean;
  readonly onSave: (name: string, config: JsonObject) => Promise<void>;
}) {
  const t = useWords(channelWords);
  const language = useLanguage();
  const accounts = useAccounts();
  const form = useRef<HTMLFormElement>(null);
  const [name, setName] = useState(account?.name ?? offer.label[language]);
  const [values, setValues] = useState<JsonObject>(() => startingValues(offer, account?.config ?? {}));
  const [nameProblem, setNameProblem] = useState<string>();
  const [problems, setProblems] = useState<Problems>({});
  const [trouble, setTrouble] = useState<string | null>(null);
  const [tested, setTested] = useState<Tested | null>(null);
  const [busy, setBusy] = useState<"save" | "test" | null>(null);
  // The first wrong field is where the person goes on.
  useEffect(() => {
    if (nameProblem || Object.keys(problems).length > 0)
      form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [problems, nameProblem]);
  const attempt = async (what: "save" | "test", run: () => Promise<void>): Promise<void> => {
    setBusy(what);
    setTrouble(null);
    setProblems({});
    setNameProblem(undefined);
    setTested(null);
    try {
      await run();
    } catch (error) {
      // Refused as a whole, it is the account's own name; else one of its values, which may be called `name`, too.
      const isTaken = error instanceof ApiError && error.status === 409;
      const wrong = isTaken ? {} : problemsOf(error);
      setProblems(wrong);
      setNameProblem(isTaken ? problemsOf(error).name?.[language] : undefined);
      setTrouble(wrong[""]?.[language] ?? (Object.keys(wrong).length > 0 ? t("checkFields") : refusalOf(error)));
    } finally {
      setBusy(null);
    }
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === "") {
      setNameProblem(t("needed"));
      return;
    }
    void attempt("save", () => onSave(name.trim(), sentValues(offer, values)));
  };
  const test = (): void =>
    void attempt("test", async () =>
      setTested(
        isReadOnly && account
          ? await accounts.test(account.id)
          : await accounts.testValues(offer.type, sentValues(offer, values), account?.id),
      ),
    );
  return (
    <FormFactsContext value={{ problems, isDisabled: isReadOnly, secrets: account?.secrets ?? {} }}>
      <form ref={form} noValidate onSubmit={save} className="flex flex-col gap-5">
        <Field label={t("name")} help={t("nameHelp")} error={nameProblem}>
          {(control) => (
            <Input
              {...control}
              maxLength={80}
              autoComplete="off"
              disabled={isReadOnly}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <ObjectFields property={offer.account} path="" value={values} onChange={setValues} />
        {trouble ? (
          <p role="alert" className="rounded-md bg-problem-soft px-3 py-2 text-sm text-problem">
            {trouble}
          </p>
        ) : null}
        {tested ? <Findings tested={tested} /> : null}
        <div className="flex flex-wrap justify-end gap-2">
          {offer.canTest ? (
            <Button icon={Cable} busy={busy === "test"} disabled={busy !== null} onClick={test}>
              {t(busy === "test" ? "testing" : "test")}
            </Button>
          ) : null}
          {isReadOnly ? null : (
            <Button type="submit" look="primary" busy={busy === "save"} disabled={busy !== null}>
              {t(account ? "save" : "saveNew")}
            </Button>
          )}
        </div>
      </form>
    </FormFactsContext>
  );
}
