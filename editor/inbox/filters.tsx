import { useQuery } from "@tanstack/react-query";
import { channelsQuery } from "../channels/channel-offers.ts";
import { classes } from "../ui/classes.ts";
import { Select } from "../ui/field.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { countsQuery, type TalkFilter, VIEWS, type View } from "./talks.ts";
import { inboxWords } from "./words.ts";

/** Which conversations: by whose turn it is, and by channel or account. */
export function Filters({
  filter,
  onChange,
}: {
  readonly filter: TalkFilter;
  readonly onChange: (filter: TalkFilter) => void;
}) {
  const t = useWords(inboxWords);
  const language = useLanguage();
  const counts = useQuery(countsQuery(filter.channel, filter.accountId));
  const channels = useQuery(channelsQuery);
  const connected = channels.data?.filter(({ accounts }) => accounts.length > 0) ?? [];
  const chosen = filter.accountId ? `account:${filter.accountId}` : filter.channel ? `channel:${filter.channel}` : "";
  const choose = (value: string): void => {
    const [kind, id = ""] = value.split(":");
    onChange({
      ...filter,
      channel: kind === "channel" ? id : "",
      accountId: kind === "account" ? id : "",
    });
  };
  return (
    <div className="flex shrink-0 flex-col gap-2 border-b border-line p-3">
      {/* biome-ignore lint/a11y/useSemanticElements: a row of filters, not of form controls */}
      <div role="group" aria-label={t("views")} className="flex flex-wrap gap-1">
        {VIEWS.map((view) => (
          <ViewButton
            key={view}
            view={view}
            count={counts.data?.[view]}
            isChosen={view === filter.view}
            onChoose={() => onChange({ ...filter, view })}
          />
        ))}
      </div>
      {connected.length > 0 ? (
        <Select aria-label={t("filter")} value={chosen} onChange={({ target }) => choose(target.value)}>
          <option value="">{t("everywhere")}</option>
          {connected.map(({ type, label, accounts }) => (
            <optgroup key={type} label={label[language]}>
              <option value={`channel:${type}`}>{label[language]}</option>
              {accounts.map(({ id, name }) => (
                <option key={id} value={`account:${id}`}>
                  {`${label[language]} · ${name}`}
                </option>
              ))}
            </optgroup>
          ))}
        </Select>
      ) : null}
    </div>
  );
}

function ViewButton({
  view,
  count,
  isChosen,
  onChoose,
}: {
  readonly view: View;
  readonly count: number | undefined;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  const t = useWords(inboxWords);
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={onChoose}
      className={classes(
        "inline-flex min-h-8 items-center gap-1.5 rounded-full px-3 text-xs transition-colors duration-150 pointer-coarse:min-h-11",
        isChosen ? "bg-brand-soft font-medium text-brand" : "text-muted hover:bg-sunken hover:text-ink",
      )}
    >
      {t(view)}
      <span className={classes("tabular-nums", view === "waiting" && (count ?? 0) > 0 && "font-semibold text-agent")}>
        {count ?? ""}
      </span>
    </button>
  );
}
