import { useMemo } from "react";
import { parseFlow } from "../../engine/core/flow/parse.ts";
import { nodeTypes } from "../../engine/core/nodes/registry.ts";
import { toneOf } from "./node-look.ts";

const BOX = { width: 240, height: 90 };

/** A flow as it lies on its canvas, small: boxes in the colour of their kind, and lines between them. */
export function FlowPicture({ source, label }: { readonly source: string; readonly label: string }) {
  const picture = useMemo(() => pictureOf(source), [source]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={picture.viewBox}
      preserveAspectRatio="xMidYMid meet"
      className="size-full"
    >
      {picture.lines.map((line) => (
        <path key={line} d={line} fill="none" stroke="var(--line-strong)" strokeWidth={8} opacity={0.55} />
      ))}
      {picture.boxes.map(({ id, x, y, tone }) => (
        <g key={id} transform={`translate(${x} ${y})`}>
          <rect {...BOX} rx={20} fill="var(--surface)" stroke="var(--line-strong)" strokeWidth={5} />
          <rect width={16} height={BOX.height} rx={8} fill={`var(--${tone})`} />
          <rect x={44} y={28} width={150} height={12} rx={6} fill="var(--line-strong)" opacity={0.6} />
          <rect x={44} y={54} width={96} height={12} rx={6} fill="var(--line-strong)" opacity={0.35} />
        </g>
      ))}
    </svg>
  );
}

function pictureOf(source: string) {
  const { document } = parseFlow(source);
  const ids = Object.keys(document?.nodes ?? {});
  const places = new Map(
    ids.map((id, index) => {
      const [x, y] = document?.layout?.[id] ?? [(index % 4) * 360, Math.floor(index / 4) * 180];
      return [id, { x, y }] as const;
    }),
  );
  const all = [...places.values()];
  const [left, top] = [Math.min(0, ...all.map(({ x }) => x)), Math.min(0, ...all.map(({ y }) => y))];
  const [right, bottom] = [
    Math.max(BOX.width, ...all.map(({ x }) => x + BOX.width)),
    Math.max(BOX.height, ...all.map(({ y }) => y + BOX.height)),
  ];
  const boxes = ids.map((id) => ({
    id,
    ...(places.get(id) ?? { x: 0, y: 0 }),
    tone: toneOf(nodeTypes.get(document?.nodes[id]?.type ?? "")?.group ?? "logic"),
  }));
  const lines = ids.flatMap((id) => {
    const from = places.get(id);
    return [...new Set(Object.values(document?.nodes[id]?.exits ?? {}))].flatMap((target) => {
      const to = places.get(target);
      if (!from || !to) return [];
      const [x1, y1, x2, y2] = [from.x + BOX.width, from.y + BOX.height / 2, to.x, to.y + BOX.height / 2];
      const bend = Math.max(60, Math.abs(x2 - x1) / 2);
      return [`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`];
    });
  });
  return { boxes, lines, viewBox: `${left - 20} ${top - 20} ${right - left + 40} ${bottom - top + 40}` };
}
