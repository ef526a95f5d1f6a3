import { useQuery } from "@tanstack/react-query";
import { FilePlus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { inLanguage } from "../../engine/core/domain/language.ts";
import { ApiError, sentenceOf } from "../api.ts";
import { Button } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Input } from "../ui/field.tsx";
import { ErrorState, Skeleton } from "../ui/states.tsx";
import { toast } from "../ui/toast.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { freeId, idOf, makeFlow, templatesQuery } from "./flow-files.ts";
import { FlowPicture } from "./flow-picture.tsx";
import { flowsWords } from "./words.ts";

interface Props {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly taken: readonly string[];
}

/** Where to start from, seen, and a name. */
export function NewFlow(props: Props) {
  const t = useWords(flowsWords);
  return (
    <Dialog open={props.open} onClose={props.onClose} title={t("new")} description={t("newText")} width="wide">
      <Start {...props} />
    </Dialog>
  );
}

function Start({ onClose, taken }: Props) {
  const t = useWords(flowsWords);
  const language = useLanguage();
  const navigate = useNavigate();
  const templates = useQuery(templatesQuery);
  const [template, setTemplate] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const id = freeId(idOf(name) || "scenario", taken);
  const choose = (chosen: string | null, suggested: string): void => {
    setTemplate(chosen);
    setName(suggested);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (idOf(name) === "") return setProblem(t("badName"));
    setBusy(true);
    try {
      await makeFlow({ id, name: name.trim(), ...(template === null ? {} : { template }) });
      onClose();
      toast({ text: t("created", { name: name.trim() }) });
      await navigate(`/flows/${id}`);
    } catch (error) {
      setProblem(error instanceof ApiError && error.status === 409 ? t("taken") : sentenceOf(error));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-5 pb-3">
      {templates.isPending ? <Skeleton className="h-48" /> : null}
      {templates.isError ? (
        <ErrorState text={sentenceOf(templates.error)} onRetry={() => void templates.refetch()} />
      ) : null}
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3" role="radiogroup" aria-label={t("new")}>
        <Choice
          chosen={template === null}
          title={t("blank")}
          text={t("blankText")}
          onChoose={() => choose(null, t("new"))}
        >
          <FilePlus size={32} strokeWidth={1.25} className="text-muted" aria-hidden />
        </Choice>
        {(templates.data ?? []).map((one) => {
          const title = inLanguage(one.name, language);
          return (
            <Choice
              key={one.id}
              chosen={template === one.id}
              title={title}
              text={one.description ? inLanguage(one.description, language) : t("nodes", { count: one.nodes })}
              onChoose={() => choose(one.id, title)}
            >
              <FlowPicture source={one.source} label={t("picture", { name: title })} />
            </Choice>
          );
        })}
      </div>
      <div className="flex flex-wrap items-start gap-3">
        <div className="min-w-52 flex-1">
          <Field label={t("templateName")} help={t("templateNameHelp", { id })} error={problem}>
            {(control) => (
              <Input
                {...control}
                required
                maxLength={80}
                value={name}
                onChange={(event) => {
                  setName(event.target.value);
                  setProblem(undefined);
                }}
              />
            )}
          </Field>
        </div>
        <Button type="submit" look="primary" busy={busy} className="mt-6">
          {t("create")}
        </Button>
      </div>
    </form>
  );
}

function Choice({
  chosen,
  title,
  text,
  onChoose,
  children,
}: {
  readonly chosen: boolean;
  readonly title: string;
  readonly text: string;
  readonly onChoose: () => void;
  readonly children: React.ReactNode;
}) {
  return (
    <label
      className={classes(
        "flex cursor-pointer flex-col overflow-hidden rounded-lg border-2 transition-colors duration-150 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-brand",
        chosen ? "border-brand" : "border-line hover:border-line-strong",
      )}
    >
      <input type="radio" name="template" checked={chosen} onChange={onChoose} className="sr-only" />
      <span className="grid h-28 place-items-center bg-sunken p-3">{children}</span>
      <span className="p-3">
        <span className="block font-medium">{title}</span>
        <span className="line-clamp-2 text-xs text-muted">{text}</span>
      </span>
    </label>
  );
}
