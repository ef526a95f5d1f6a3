import { useQuery } from "@tanstack/react-query";
import { UserPlus, UsersRound } from "lucide-react";
import { useState } from "react";
import { ApiError, sentenceOf } from "../api.ts";
import { useSession } from "../session/session.ts";
import { SettingsFrame } from "../settings/settings-frame.tsx";
import { Badge, type BadgeTone } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { EmptyState, ErrorState, Skeleton } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";
import { ago } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { Invite } from "./invite.tsx";
import { accountName, roleName } from "./labels.ts";
import { accountsQuery, type Person, peopleQuery, rolesQuery } from "./people.ts";
import { PersonMenu } from "./person-menu.tsx";
import type { Choices } from "./powers-form.tsx";
import { teamWords } from "./words.ts";

const TONES: Readonly<Record<Person["status"], BadgeTone>> = { invited: "agent", active: "brand", disabled: "neutral" };

/** The people, their roles, and what can be done about both. */
export function Team() {
  const t = useWords(teamWords);
  const [inviting, setInviting] = useState(false);
  const [people, roles, accounts] = [useQuery(peopleQuery), useQuery(rolesQuery), useQuery(accountsQuery)];
  const failed = [people, roles, accounts].find(({ isError }) => isError);
  const choices: Choices | undefined =
    roles.data && accounts.data
      ? { roles: roles.data.items, permissions: roles.data.permissions, accounts: accounts.data }
      : undefined;
  const invite = (
    <Button look="primary" icon={UserPlus} disabled={!choices} onClick={() => setInviting(true)}>
      {t("invite")}
    </Button>
  );
  return (
    <SettingsFrame title={t("title")} text={t("text")} acts={invite}>
      {failed ? (
        <ErrorState
          text={sentenceOf(failed.error)}
          detail={failed.error instanceof ApiError ? failed.error.detail : undefined}
          onRetry={() => void Promise.all([people, roles, accounts].map((one) => one.refetch()))}
        />
      ) : people.data && choices ? (
        <>
          <People people={people.data} choices={choices} />
          {people.data.length === 1 ? (
            <EmptyState icon={UsersRound} title={t("aloneTitle")} text={t("aloneText")} />
          ) : null}
        </>
      ) : (
        <div aria-busy className="flex flex-col gap-px overflow-hidden rounded-lg border border-line">
          {["a", "b", "c"].map((key) => (
            <Skeleton key={key} className="h-16 rounded-none" />
          ))}
        </div>
      )}
      {inviting && choices ? <Invite choices={choices} onClose={() => setInviting(false)} /> : null}
    </SettingsFrame>
  );
}

function People({ people, choices }: { readonly people: readonly Person[]; readonly choices: Choices }) {
  const t = useWords(teamWords);
  const language = useLanguage();
  const session = useSession();
  const rolesOf = ({ grants }: Person): string =>
    grants
      .map(({ roleId, accountId }) => {
        const role = choices.roles.find(({ id }) => id === roleId);
        const account = choices.accounts.find(({ id }) => id === accountId);
        const name = role ? roleName(role, language) : t("goneRole");
        if (accountId === null) return name;
        return `${name} · ${account ? accountName(account, language) : t("goneAccount")}`;
      })
      .join(", ") || t("noRole");
  return (
    <Table
      label={t("title")}
      rows={people}
      keyOf={({ id }) => id}
      columns={[
        {
          key: "person",
          title: t("person"),
          cell: (person) => (
            <>
              <span className="block font-medium">
                {person.name}
                {person.id === session?.user?.id ? <span className="text-muted"> ({t("you")})</span> : null}
              </span>
              <span className="block text-xs break-all text-muted">{person.email}</span>
              <span className="mt-1 flex flex-col items-start gap-1 md:hidden">
                <span className="text-xs">{rolesOf(person)}</span>
                <Badge tone={TONES[person.status]}>{t(person.status)}</Badge>
              </span>
            </>
          ),
        },
        {
          key: "role",
          title: t("role"),
          wide: true,
          cell: (person) => (
            <>
              {rolesOf(person)}
              {person.overrides.length > 0 ? (
                <span className="block text-xs text-muted">{t("exceptions", { count: person.overrides.length })}</span>
              ) : null}
            </>
          ),
        },
        {
          key: "status",
          title: t("status"),
          wide: true,
          cell: ({ status }) => <Badge tone={TONES[status]}>{t(status)}</Badge>,
        },
        {
          key: "seen",
          title: t("seen"),
          wide: true,
          cell: ({ lastSeenAt }) => (
            <span className="text-muted">{lastSeenAt ? ago(lastSeenAt, language) : t("never")}</span>
          ),
        },
        {
          key: "menu",
          title: t("acts"),
          align: "end",
          cell: (person) => <PersonMenu person={person} choices={choices} />,
        },
      ]}
    />
  );
}
