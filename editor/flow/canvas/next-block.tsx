import { useEffect, useRef } from "react";
import type { Point } from "../../../engine/core/flow/commands.ts";
import { useNodeActs } from "../node-acts.ts";
import { Palette } from "../palette.tsx";

export interface NextBlockAt {
  readonly from: { readonly node: string; readonly exit: string };
  readonly at: Point;
  /** Where the line was dropped, from the corner of the canvas. */
  readonly screen: readonly [number, number];
}

/** A line was dropped on empty paper: what comes next is chosen right there. */
export function NextBlock({ from, at, screen, onClose }: NextBlockAt & { readonly onClose: () => void }) {
  const acts = useNodeActs();
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const leave = (event: KeyboardEvent): void => {
      if (event.key === "Escape") onClose();
    };
    window.addEventListener("keydown", leave);
    return () => window.removeEventListener("keydown", leave);
  }, [onClose]);
  const host = panel.current?.parentElement;
  const left = Math.max(8, Math.min(screen[0], (host?.clientWidth ?? 900) - 260));
  const top = Math.max(8, Math.min(screen[1], (host?.clientHeight ?? 700) - 340));
  return (
    <div
      ref={panel}
      style={{ left, top }}
      className="absolute z-20 h-80 w-60 animate-in overflow-hidden rounded-lg border border-line bg-surface shadow-float"
    >
      <Palette
        autoFocus
        isDraggable={false}
        onChoose={(type) => {
          onClose();
          acts.add(type, { from, at });
        }}
      />
    </div>
  );
}
