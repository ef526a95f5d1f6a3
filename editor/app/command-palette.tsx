import { Search } from "lucide-react";
import { Dialog } from "radix-ui";
import { useEffect, useId, useMemo, useState } from "react";
import { classes } from "../ui/classes.ts";
import { Keys } from "../ui/keys.tsx";
import { useWords } from "../words/words.ts";
import { type Command, matching, useAllCommands } from "./commands.ts";
import { appWords } from "./words.ts";

/** Everything one can go to or do, by typing a part of its name. */
export function CommandPalette({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const t = useWords(appWords);
  return (
    <Dialog.Root open={open} onOpenChange={(now) => (now ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-veil" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-50 w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-surface shadow-float"
        >
          <Dialog.Title className="sr-only">{t("palette")}</Dialog.Title>
          <CommandSearch onClose={onClose} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function CommandSearch({ onClose }: { readonly onClose: () => void }) {
  const t = useWords(appWords);
  const id = useId();
  const commands = useAllCommands();
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  const found = useMemo(() => grouped(matching(commands, search)), [commands, search]);
  const flat = found.flatMap((group) => group.commands);
  const current = flat[Math.min(at, flat.length - 1)];
  useEffect(() => {
    if (current) document.getElementById(`${id}-${current.id}`)?.scrollIntoView({ block: "nearest" });
  }, [current, id]);
  const run = (command: Command): void => {
    onClose();
    command.run();
  };
  const move = (by: number): void =>
    setAt((Math.min(at, flat.length - 1) + by + flat.length) % Math.max(1, flat.length));
  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search size={18} strokeWidth={1.75} className="text-muted" aria-hidden />
        <input
          // biome-ignore lint/a11y/noAutofocus: the palette is opened to type in it
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={current ? `${id}-${current.id}` : undefined}
          aria-label={t("search")}
          placeholder={t("search")}
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") move(1);
            else if (event.key === "ArrowUp") move(-1);
            else if (event.key === "Enter" && current) run(current);
            else return;
            event.preventDefault();
          }}
          className="h-12 flex-1 bg-transparent text-base outline-none"
        />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label={t("palette")} className="max-h-[50dvh] overflow-y-auto p-2">
        {flat.length === 0 ? <p className="px-3 py-6 text-center text-muted">{t("noCommand")}</p> : null}
        {found.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options, not of form controls
          <div key={group.name} role="group" aria-label={group.name}>
            <p aria-hidden className="px-3 pt-2 pb-1 text-xs font-medium text-muted">
              {group.name}
            </p>
            {group.commands.map((command) => (
              <div
                key={command.id}
                id={`${id}-${command.id}`}
                role="option"
                tabIndex={-1}
                aria-selected={command === current}
                onClick={() => run(command)}
                onKeyDown={() => {}}
                onPointerMove={() => setAt(flat.indexOf(command))}
                className={classes(
                  "flex min-h-10 cursor-pointer items-center gap-3 rounded-md px-3",
                  command === current && "bg-brand-soft",
                )}
              >
                {command.icon ? (
                  <command.icon size={16} strokeWidth={1.75} className="text-muted" aria-hidden />
                ) : (
                  <span className="w-4" />
                )}
                <span className="flex-1 truncate">{command.title}</span>
                {command.keys ? <Keys keys={command.keys} /> : null}
              </div>
            ))}
          </div>
        ))}
      </div>
    </>
  );
}

function grouped(
  commands: readonly Command[],
): readonly { readonly name: string; readonly commands: readonly Command[] }[] {
  const names = [...new Set(commands.map(({ group }) => group))];
  return names.map((name) => ({ name, commands: commands.filter(({ group }) => group === name) }));
}
