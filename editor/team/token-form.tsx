import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { PERMISSIONS, type Permission } from "../../engine/core/domain/permission.ts";
import { askJson } from "../api.ts";
import { mayAnywhere, useSession } from "../session/session.ts";
import { useAct } from "../session/use-act.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Input, Select } from "../ui/field.tsx";
import { ShownOnce } from "../ui/shown-once.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { accountName } from "./labels.ts";
import { accountsQuery, teamSentence } from "./people.ts";
import { PermissionList } from "./permission-list.tsx";
import { tokenWords } from "./token-words.ts";

const DURATIONS = { days30: 30, days90: 90, days365: 365, forever: null } as const;

/** A new key for a program; shown once it is made, and only then. */
export function TokenForm({ onClose }: { readonly onClose: () => void }) {
  const t = useWords(tokenWords);
  const language = useLanguage();
  const queries = useQueryClient();
  const session = useSession();
  const accounts = useQuery(accountsQuery);
  const form = useId();
  const [name, setName] = useState("");
  const [permissions, setPermissions] = useState<readonly Permission[]>(["messages.view"]);
  const [accountIds, setAccountIds] = useState<readonly string[] | null>(null);
  const [duration, setDuration] = useState<keyof typeof DURATIONS>("days365");
  const [made, setMade] = useState<string>();
  const { busy, problem, run } = useAct(teamSentence);
  const missing = permissions.length === 0 ? t("chooseOne") : accountIds?.length === 0 ? t("chooseAccount") : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing) return;
    void run(async () => {
      const body = { name: name.trim(), permissions, accountIds, expiresInDays: DURATIONS[duration] };
      const { token } = await askJson<{ readonly token: string }>("/api/tokens", { method: "POST", body });
      setMade(token);
      await queries.invalidateQueries({ queryKey: ["tokens"] });
    });
  };
  if (made !== undefined)
    return (
      <Dialog
        open
        onClose={onClose}
        title={t("madeTitle")}
        description={t("madeText")}
        actions={
          <Button look="primary" onClick={onClose}>
            {t("done")}
          </Button>
        }
      >
        <ShownOnce label={t("key")} text={made} />
      </Dialog>
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("make")}
      actions={
        <>
          {(missing ?? problem) ? (
            <p role="alert" className="w-full text-sm text-problem">
              {missing ?? problem}
            </p>
          ) : null}
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" form={form} look="primary" busy={busy} disabled={missing !== undefined}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("name")} help={t("nameHelp")}>
          {(control) => (
            <Input
              {...control}
              required
              maxLength={100}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <PermissionList
          label={t("scopes")}
          all={PERMISSIONS.filter((one) => mayAnywhere(session, one))}
          chosen={permissions}
          onChange={setPermissions}
        />
        <Field label={t("where")}>
          {(control) => (
            <Select
              {...control}
              value={accountIds === null ? "all" : "some"}
              onChange={({ target }) => setAccountIds(target.value === "all" ? null : [])}
            >
              <option value="all">{t("everywhere")}</option>
              <option value="some">{t("some")}</option>
            </Select>
          )}
        </Field>
        {accountIds === null ? null : (
          <div className="grid gap-x-4 sm:grid-cols-2">
            {accounts.data?.map((account) => (
              <label key={account.id} className="flex min-h-9 items-center gap-2.5 text-sm pointer-coarse:min-h-11">
                <input
                  type="checkbox"
                  className="size-4 shrink-0 accent-brand"
                  checked={accountIds.includes(account.id)}
                  onChange={({ target }) =>
                    setAccountIds(
                      target.checked ? [...accountIds, account.id] : accountIds.filter((one) => one !== account.id),
                    )
                  }
                />
                {accountName(account, language)}
              </label>
            ))}
          </div>
        )}
        <Field label={t("expires")}>
          {(control) => (
            <Select
              {...control}
              value={duration}
              onChange={({ target }) => setDuration(target.value as keyof typeof DURATIONS)}
            >
              {(Object.keys(DURATIONS) as readonly (keyof typeof DURATIONS)[]).map((one) => (
                <option key={one} value={one}>
                  {t(one)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </form>
    </Dialog>
  );
}
