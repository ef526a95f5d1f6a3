import { useQuery } from "@tanstack/react-query";
import { Check, Plus } from "lucide-react";
import { useState } from "react";
import { ApiError, sentenceOf } from "../api.ts";
import { useMay } from "../session/session.ts";
import { SettingsFrame } from "../settings/settings-frame.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorState, Skeleton } from "../ui/states.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { roleName, roleText } from "./labels.ts";
import { peopleQuery, type Role, rolesQuery } from "./people.ts";
import { permissionWords } from "./permission-words.ts";
import { RoleForm } from "./role-form.tsx";
import { teamWords } from "./words.ts";

/** What each role allows, in plain words. */
export function Roles() {
  const t = useWords(teamWords);
  const mayManage = useMay("roles.manage");
  const [open, setOpen] = useState<Role | "new">();
  const roles = useQuery(rolesQuery);
  const people = useQuery(peopleQuery);
  const all = roles.data?.permissions.map(({ name }) => name) ?? [];
  const make = mayManage ? (
    <Button look="primary" icon={Plus} disabled={!roles.data} onClick={() => setOpen("new")}>
      {t("newRole")}
    </Button>
  ) : undefined;
  return (
    <SettingsFrame title={t("rolesTitle")} text={t("rolesText")} acts={make}>
      {roles.isError ? (
        <ErrorState
          text={sentenceOf(roles.error)}
          detail={roles.error instanceof ApiError ? roles.error.detail : undefined}
          onRetry={() => void roles.refetch()}
        />
      ) : null}
      {roles.isPending ? (
        <div aria-busy className="grid gap-4 lg:grid-cols-2">
          {["a", "b", "c", "d"].map((key) => (
            <Skeleton key={key} className="h-40 rounded-lg" />
          ))}
        </div>
      ) : null}
      <ul className="grid gap-4 lg:grid-cols-2">
        {roles.data?.items.map((role) => (
          <li key={role.id}>
            <RoleCard
              role={role}
              people={people.data?.filter(({ grants }) => grants.some(({ roleId }) => roleId === role.id)).length}
              onEdit={mayManage && !role.isShipped ? () => setOpen(role) : undefined}
            />
          </li>
        ))}
      </ul>
      {open === undefined ? null : (
        <RoleForm {...(open === "new" ? {} : { role: open })} all={all} onClose={() => setOpen(undefined)} />
      )}
    </SettingsFrame>
  );
}

function RoleCard({
  role,
  people,
  onEdit,
}: {
  readonly role: Role;
  readonly people: number | undefined;
  readonly onEdit: (() => void) | undefined;
}) {
  const t = useWords(teamWords);
  const p = useWords(permissionWords);
  const language = useLanguage();
  const name = roleName(role, language);
  return (
    <section className="flex h-full flex-col gap-2 rounded-lg border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="font-semibold">{name}</h2>
        <Badge tone={role.isShipped ? "neutral" : "brand"}>{t(role.isShipped ? "shipped" : "own")}</Badge>
        {onEdit ? (
          <Button size="small" className="ml-auto" aria-label={t("editRole", { name })} onClick={onEdit}>
            {t("edit")}
          </Button>
        ) : null}
      </div>
      <p className="text-muted">{roleText(role, language)}</p>
      <p className="text-xs text-muted">
        {people === undefined ? null : `${t("whoHas", { count: people })} · `}
        {t("permissions", { count: role.permissions.length })}
      </p>
      <ul className="grid gap-x-4 text-xs sm:grid-cols-2">
        {role.permissions.map((permission) => (
          <li key={permission} className="flex items-start gap-1.5 py-0.5">
            <Check size={14} strokeWidth={1.75} className="mt-px shrink-0 text-brand" aria-hidden />
            {p(permission)}
          </li>
        ))}
      </ul>
    </section>
  );
}
