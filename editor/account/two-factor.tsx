import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { renderSVG } from "uqr";
import { ApiError, askJson, sentenceOf } from "../api.ts";
import { PasswordField } from "../session/password.tsx";
import { useSession } from "../session/session.ts";
import { useAct } from "../session/use-act.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Input } from "../ui/field.tsx";
import { ShownOnce } from "../ui/shown-once.tsx";
import { ErrorState, Skeleton } from "../ui/states.tsx";
import { toast } from "../ui/toast.tsx";
import { useWords, wordsOf } from "../words/words.ts";
import { Card } from "./account.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";
import { accountWords } from "./words.ts";

function sentence(error: unknown): string {
  const code = error instanceof ApiError ? error.code : "";
  const t = wordsOf(accountWords);
  return code === "passwordWrong" ? t("currentWrong") : code === "codeWrong" ? t("codeWrong") : sentenceOf(error);
}

/** A second proof at sign-in: whether it is on, and the way on and off. */
export function TwoFactor() {
  const t = useWords(accountWords);
  const isOn = useSession()?.user?.hasTwoFactor ?? false;
  const [open, setOpen] = useState<"on" | "off">();
  const [codes, setCodes] = useState<readonly string[]>();
  return (
    <Card title={t("twoFactorTitle")}>
      <p className="text-muted">{t("twoFactorText")}</p>
      <div className="flex items-center gap-3">
        <Badge tone={isOn ? "brand" : "neutral"}>{t(isOn ? "isOn" : "isOff")}</Badge>
        <Button onClick={() => setOpen(isOn ? "off" : "on")}>{t(isOn ? "switchOff" : "switchOn")}</Button>
      </div>
      {open === "on" ? (
        <SwitchOn
          onClose={() => setOpen(undefined)}
          onDone={(made) => {
            setOpen(undefined);
            setCodes(made);
          }}
        />
      ) : null}
      {open === "off" ? <SwitchOff onClose={() => setOpen(undefined)} /> : null}
      {codes ? <RecoveryCodes codes={codes} onClose={() => setCodes(undefined)} /> : null}
    </Card>
  );
}

function SwitchOn({
  onClose,
  onDone,
}: {
  readonly onClose: () => void;
  readonly onDone: (codes: readonly string[]) => void;
}) {
  const t = useWords(accountWords);
  const queries = useQueryClient();
  const form = useId();
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const { busy, problem, run } = useAct(sentence);
  const made = useQuery({
    queryKey: ["twoFactorKey", form],
    queryFn: () =>
      askJson<{ readonly key: string; readonly link: string }>("/api/two-factor/key", { method: "POST", body: {} }),
    // The key must stay the one that was scanned.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!made.data) return;
    const { key } = made.data;
    void run(async () => {
      const body = { key, code: code.replace(/\s/g, ""), password };
      const { recoveryCodes } = await askJson<{ readonly recoveryCodes: readonly string[] }>("/api/two-factor", {
        method: "POST",
        body,
      });
      onDone(recoveryCodes);
      await queries.invalidateQueries({ queryKey: ["session"] });
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("onTitle")}
      width="narrow"
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" form={form} look="primary" busy={busy} disabled={!made.data}>
            {t("switchOn")}
          </Button>
        </>
      }
    >
      {made.isPending ? <Skeleton className="mx-auto size-48" /> : null}
      {made.isError ? <ErrorState text={sentenceOf(made.error)} onRetry={() => void made.refetch()} /> : null}
      {made.data ? (
        <form id={form} onSubmit={submit} className="flex flex-col gap-4">
          <p className="text-sm">{t("scan")}</p>
          <img
            src={`data:image/svg+xml,${encodeURIComponent(renderSVG(made.data.link, { border: 2 }))}`}
            alt={t("qr")}
            className="mx-auto size-48 rounded-md"
          />
          <ShownOnce label={t("orKey")} text={made.data.key} />
          <Field label={t("thenCode")} error={problem}>
            {(control) => (
              <Input
                {...control}
                inputMode="numeric"
                autoComplete="one-time-code"
                required
                pattern="[0-9 ]{6,7}"
                value={code}
                onChange={({ target }) => setCode(target.value)}
              />
            )}
          </Field>
          <PasswordField label={t("yourPassword")} value={password} onChange={setPassword} />
        </form>
      ) : null}
    </Dialog>
  );
}

function SwitchOff({ onClose }: { readonly onClose: () => void }) {
  const t = useWords(accountWords);
  const queries = useQueryClient();
  const form = useId();
  const [password, setPassword] = useState("");
  const { busy, problem, run } = useAct(sentence);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void run(async () => {
      await askJson("/api/two-factor", { method: "DELETE", body: { password } });
      await queries.invalidateQueries({ queryKey: ["session"] });
      toast({ text: t("offDone") });
      onClose();
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("offTitle")}
      description={t("offText")}
      width="narrow"
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" form={form} look="danger" busy={busy}>
            {t("switchOff")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        <PasswordField label={t("current")} value={password} onChange={setPassword} error={problem} />
      </form>
    </Dialog>
  );
}
