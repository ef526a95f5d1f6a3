import { Search } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { nodeTypes } from "../../engine/core/nodes/registry.ts";
import { folded } from "../app/commands.ts";
import { GROUP_ORDER, iconOf, toneOf } from "../flows/node-look.ts";
import { classes } from "../ui/classes.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { flowWords } from "./words.ts";

/** What a dragged entry of the palette carries. */
export const DRAGGED = "application/x-relais-node";

const GROUP_WORDS = {
  messages: "groupMessages",
  shop: "groupShop",
  logic: "groupLogic",
  assistant: "groupAssistant",
  actions: "groupActions",
  people: "groupPeople",
} as const;

/** Every kind of node by group: typed for, clicked, dragged, or chosen with the arrows. */
export function Palette({
  onChoose,
  autoFocus = false,
  isDraggable = true,
}: {
  readonly onChoose: (type: string) => void;
  readonly autoFocus?: boolean;
  readonly isDraggable?: boolean;
}) {
  const t = useWords(flowWords);
  const language = useLanguage();
  const id = useId();
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(-1);
  const wanted = folded(search);
  const groups = GROUP_ORDER.map((group) => ({
    group,
    types: [...nodeTypes.values()].filter(
      (type) =>
        type.group === group &&
        folded(`${type.label[language]} ${type.description[language]} ${type.type}`).includes(wanted),
    ),
  })).filter(({ types }) => types.length > 0);
  const flat = groups.flatMap(({ types }) => types);
  const current = flat[wanted !== "" && at < 0 ? 0 : at];
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") setAt(Math.min(flat.length - 1, at + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1));
    else if (event.key === "Enter" && current) onChoose(current.type);
    else return;
    event.preventDefault();
  };
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="relative p-3">
        <Search
          size={16}
          strokeWidth={1.75}
          aria-hidden
          className="absolute top-1/2 left-6 -translate-y-1/2 text-muted"
        />
        <input
          // biome-ignore lint/a11y/noAutofocus: opened by a drag or a key, to be typed in
          autoFocus={autoFocus}
          role="combobox"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={current ? `${id}-${current.type}` : undefined}
          aria-label={t("paletteSearch")}
          placeholder={t("paletteSearch")}
          data-palette-search={isDraggable || undefined}
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            setAt(-1);
          }}
          onKeyDown={pressed}
          className="h-9 w-full rounded-md border border-line-strong/60 bg-surface pr-2 pl-9 text-sm"
        />
      </div>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={t("palette")}
        className="min-h-0 flex-1 overflow-y-auto px-3 pb-3"
      >
        {flat.length === 0 ? <p className="py-4 text-center text-xs text-muted">{t("noBlock")}</p> : null}
        {groups.map(({ group, types }) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options, not of form controls
          <div key={group} role="group" aria-label={t(GROUP_WORDS[group])} className="mb-3">
            <p aria-hidden className="px-1 pb-1 text-xs font-medium text-muted">
              {t(GROUP_WORDS[group])}
            </p>
            {types.map((type) => {
              const Icon = iconOf(type.type, group);
              return (
                <div
                  key={type.type}
                  id={`${id}-${type.type}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={type === current}
                  title={type.description[language]}
                  draggable={isDraggable}
                  onDragStart={(event) => {
                    event.dataTransfer.setData(DRAGGED, type.type);
                    event.dataTransfer.effectAllowed = "copy";
                  }}
                  onClick={() => onChoose(type.type)}
                  onKeyDown={pressed}
                  className={classes(
                    "flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 text-sm transition-colors duration-150 hover:bg-sunken",
                    type === current && "bg-brand-soft",
                    isDraggable && "active:cursor-grabbing",
                  )}
                >
                  <Icon size={16} strokeWidth={1.75} aria-hidden style={{ color: `var(--${toneOf(group)})` }} />
                  <span className="truncate">{type.label[language]}</span>
                </div>
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}
