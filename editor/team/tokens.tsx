import { useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import type { Permission } from "../../engine/core/domain/permission.ts";
import { ApiError, askJson, sentenceOf } from "../api.ts";
import { useAct } from "../session/use-act.ts";
import { SettingsFrame } from "../settings/settings-frame.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { EmptyState, ErrorState, Skeleton } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";
import { toast } from "../ui/toast.tsx";
import { ago } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { teamSentence } from "./people.ts";
import { permissionWords } from "./permission-words.ts";
import { TokenForm } from "./token-form.tsx";
import { tokenWords } from "./token-words.ts";

interface Token {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly permissions: readonly Permission[];
  readonly accountIds: readonly string[] | null;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

/** Keys for programs: what each may, until when, when it was last used. */
export function Tokens() {
  const t = useWords(tokenWords);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  const tokens = useQuery({
    queryKey: ["tokens"],
    queryFn: async () => (await askJson<{ readonly items: readonly Token[] }>("/api/tokens")).items,
  });
  const make = (
    <Button look="primary" icon={Plus} onClick={() => setMaking(true)}>
      {t("make")}
    </Button>
  );
  return (
    <SettingsFrame title={t("title")} text={t("text")} acts={tokens.data?.length === 0 ? undefined : make}>
      {tokens.isPending ? <Skeleton className="h-40 rounded-lg" /> : null}
      {tokens.isError ? (
        <ErrorState
          text={sentenceOf(tokens.error)}
          detail={tokens.error instanceof ApiError ? tokens.error.detail : undefined}
          onRetry={() => void tokens.refetch()}
        />
      ) : null}
      {tokens.data?.length === 0 ? (
        <EmptyState icon={KeyRound} title={t("emptyTitle")} text={t("emptyText")}>
          {make}
        </EmptyState>
      ) : null}
      {tokens.data && tokens.data.length > 0 ? <List tokens={tokens.data} onRevoke={setRevoking} /> : null}
      {making ? <TokenForm onClose={() => setMaking(false)} /> : null}
      {revoking ? <Revoke token={revoking} onClose={() => setRevoking(undefined)} /> : null}
    </SettingsFrame>
  );
}

function List({ tokens, onRevoke }: { readonly tokens: readonly Token[]; readonly onRevoke: (token: Token) => void }) {
  const t = useWords(tokenWords);
  const p = useWords(permissionWords);
  const language = useLanguage();
  const until = ({ expiresAt }: Token) =>
    expiresAt !== null && Date.parse(expiresAt) < Date.now() ? (
      <Badge tone="problem">{t("expired")}</Badge>
    ) : (
      <span className="text-muted">{expiresAt ? ago(expiresAt, language) : t("noEnd")}</span>
    );
  return (
    <Table
      label={t("title")}
      rows={tokens}
      keyOf={({ id }) => id}
      columns={[
        {
          key: "name",
          title: t("name"),
          cell: (token) => (
            <>
              <span className="block font-medium">{token.name}</span>
              <span className="block font-mono text-xs text-muted">{token.hint}…</span>
              <span className="block text-xs md:hidden">
                {t("until")} : {until(token)}
              </span>
            </>
          ),
        },
        {
          key: "rights",
          title: t("rightsTitle"),
          wide: true,
          cell: ({ permissions, accountIds }) => (
            <>
              <span className="block">
                {permissions.length > 2
                  ? t("rights", { count: permissions.length })
                  : permissions.map((one) => p(one)).join(", ")}
              </span>
              <span className="block text-xs text-muted">
                {accountIds === null ? t("allChannels") : t("onChannels", { count: accountIds.length })}
              </span>
            </>
          ),
        },
        { key: "until", title: t("until"), wide: true, cell: until },
        {
          key: "used",
          title: t("used"),
          wide: true,
          cell: ({ lastUsedAt }) => (
            <span className="text-muted">{lastUsedAt ? ago(lastUsedAt, language) : t("neverUsed")}</span>
          ),
        },
        {
          key: "acts",
          title: t("acts"),
          align: "end",
          cell: (token) => (
            <Button size="small" aria-label={t("revokeOf", { name: token.name })} onClick={() => onRevoke(token)}>
              {t("revoke")}
            </Button>
          ),
        },
      ]}
    />
  );
}

function Revoke({ token: { id, name }, onClose }: { readonly token: Token; readonly onClose: () => void }) {
  const t = useWords(tokenWords);
  const queries = useQueryClient();
  const { busy, problem, run } = useAct(teamSentence);
  const revoke = () =>
    run(async () => {
      await askJson(`/api/tokens/${id}`, { method: "DELETE" });
      await queries.invalidateQueries({ queryKey: ["tokens"] });
      toast({ text: t("revoked", { name }) });
      onClose();
    });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("revokeTitle", { name })}
      description={t("revokeText")}
      width="narrow"
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="danger" busy={busy} onClick={() => void revoke()}>
            {t("revoke")}
          </Button>
        </>
      }
    >
      {problem ? (
        <p role="alert" className="text-sm text-problem">
          {problem}
        </p>
      ) : null}
    </Dialog>
  );
}
