import { CircleAlert, CircleCheck, CircleDot, Copy, Download, Ellipsis, FilePen, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { type FlowOverview, sentenceOf } from "../api.ts";
import { CHANNEL_LABELS } from "../channels/labels.ts";
import { useMay } from "../session/session.ts";
import { Badge } from "../ui/badge.tsx";
import { IconButton } from "../ui/button.tsx";
import { Menu, MenuItem, MenuLine } from "../ui/menu.tsx";
import { Table } from "../ui/table.tsx";
import { toast } from "../ui/toast.tsx";
import { ago } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { DeleteFlow } from "./delete-flow.tsx";
import { download, duplicateFlow, exportFlows, freeId, nameOf } from "./flow-files.ts";
import { RenameFlow } from "./rename-flow.tsx";
import { flowsWords } from "./words.ts";

/** Flows as rows: what they are called, where they answer, how they are. */
export function FlowRows({
  flows,
  all,
}: {
  readonly flows: readonly FlowOverview[];
  readonly all: readonly FlowOverview[];
}) {
  const t = useWords(flowsWords);
  const language = useLanguage();
  const [renaming, setRenaming] = useState<FlowOverview>();
  const [deleting, setDeleting] = useState<FlowOverview>();
  return (
    <>
      <Table
        label={t("title")}
        rows={flows}
        keyOf={({ id }) => id}
        columns={[
          {
            key: "name",
            title: t("name"),
            cell: (flow) => (
              <div className="min-w-0">
                <Link to={`/flows/${flow.id}`} className="font-medium underline-offset-4 hover:underline">
                  {nameOf(flow, language)}
                </Link>
                <p className="text-xs text-muted">
                  {flow.name === null && flow.nodes === 0 ? t("unreadable") : t("nodes", { count: flow.nodes })}
                </p>
              </div>
            ),
          },
          {
            key: "channels",
            title: t("channels"),
            wide: true,
            cell: (flow) => (
              <span className="text-muted">
                {flow.channels.map((type) => CHANNEL_LABELS[type][language]).join(", ") || t("noChannel")}
              </span>
            ),
          },
          { key: "state", title: t("state"), cell: (flow) => <FlowState flow={flow} /> },
          {
            key: "changed",
            title: t("changed"),
            wide: true,
            cell: (flow) => (
              <span className="text-muted">{flow.changedAt === null ? "" : ago(flow.changedAt, language)}</span>
            ),
          },
          {
            key: "live",
            title: t("live"),
            wide: true,
            cell: (flow) => (
              <span className="text-muted">{flow.liveRuns > 0 ? t("liveRuns", { count: flow.liveRuns }) : "–"}</span>
            ),
          },
          {
            key: "actions",
            title: t("actions"),
            align: "end",
            cell: (flow) => (
              <FlowMenu flow={flow} all={all} onRename={() => setRenaming(flow)} onDelete={() => setDeleting(flow)} />
            ),
          },
        ]}
      />
      {renaming ? <RenameFlow flow={renaming} onClose={() => setRenaming(undefined)} /> : null}
      {deleting ? <DeleteFlow flow={deleting} onClose={() => setDeleting(undefined)} /> : null}
    </>
  );
}

export function FlowState({ flow }: { readonly flow: FlowOverview }) {
  const t = useWords(flowsWords);
  const { errors, warnings } = flow.findings;
  return (
    <span className="flex flex-wrap gap-1">
      {flow.state === "draft" ? (
        <Badge icon={FilePen}>{t("draft")}</Badge>
      ) : flow.state === "changed" ? (
        <Badge icon={CircleDot} tone="agent">
          {t("changedState")}
        </Badge>
      ) : (
        <Badge icon={CircleCheck} tone="brand">
          {t("publishedVersion", { version: flow.version ?? 1 })}
        </Badge>
      )}
      {errors > 0 ? (
        <Badge icon={CircleAlert} tone="problem">
          {t("errors", { count: errors })}
        </Badge>
      ) : warnings > 0 ? (
        <Badge>{t("warnings", { count: warnings })}</Badge>
      ) : null}
    </span>
  );
}

function FlowMenu({
  flow,
  all,
  onRename,
  onDelete,
}: {
  readonly flow: FlowOverview;
  readonly all: readonly FlowOverview[];
  readonly onRename: () => void;
  readonly onDelete: () => void;
}) {
  const t = useWords(flowsWords);
  const language = useLanguage();
  const navigate = useNavigate();
  const mayEdit = useMay("flows.edit");
  const name = nameOf(flow, language);
  const tried = (act: () => Promise<void>) => () => {
    act().catch((error: unknown) => toast({ text: sentenceOf(error), tone: "problem" }));
  };
  const duplicate = tried(async () => {
    const id = freeId(
      flow.id,
      all.map((one) => one.id),
    );
    await duplicateFlow(flow.id, { id, name: t("copyOf", { name }) });
    toast({ text: t("duplicated", { name }), action: { label: t("open"), run: () => void navigate(`/flows/${id}`) } });
  });
  return (
    <Menu trigger={<IconButton icon={Ellipsis} label={t("actionsOf", { name })} />}>
      <MenuItem icon={Download} onSelect={tried(async () => download(await exportFlows([flow.id])))}>
        {t("export")}
      </MenuItem>
      {mayEdit ? (
        <>
          <MenuItem icon={Copy} onSelect={duplicate}>
            {t("duplicate")}
          </MenuItem>
          <MenuItem icon={Pencil} onSelect={onRename}>
            {t("rename")}
          </MenuItem>
          <MenuLine />
          <MenuItem icon={Trash2} danger onSelect={onDelete}>
            {t("delete")}
          </MenuItem>
        </>
      ) : null}
    </Menu>
  );
}
