import { useEffect, useMemo, useState } from "react";
import type { Drawing } from "../drawing.ts";
import { CARD_WIDTH } from "./elements.ts";
import type { Places, Sketch } from "./tidy.ts";

/** Heights as cards have them, near enough to lay them out before they are drawn. */
function heightOf(exits: number): number {
  return 110 + exits * 28;
}

export function sketchFor(drawing: Drawing, sizes: ReadonlyMap<string, { readonly height: number }>): Sketch {
  const nodes = [...drawing.nodes.values()];
  return {
    start: drawing.start,
    boxes: nodes.map(({ id, exits }) => ({
      id,
      width: CARD_WIDTH,
      height: sizes.get(id)?.height ?? heightOf(exits.length),
    })),
    lines: nodes.flatMap(({ id, exits }) => exits.flatMap(({ to }) => (to === null ? [] : [{ from: id, to }]))),
  };
}

/** Asks the worker for a tidy drawing. */
export function tidy(sketch: Sketch): Promise<Places> {
  return new Promise((done, failed) => {
    const worker = new Worker(new URL("./tidy-worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Places>) => {
      done(data);
      worker.terminate();
    });
    worker.addEventListener("error", () => {
      failed(new Error("the drawing could not be laid out"));
      worker.terminate();
    });
    worker.postMessage(sketch);
  });
}

/** Where boxes stand: as the file says, else as a tidy drawing would have them; the file is not changed by looking at it. */
export function usePlaces(drawing: Drawing | null): Places {
  const [worked, setWorked] = useState<Places>({});
  const missing = drawing ? [...drawing.nodes.keys()].filter((id) => !drawing.layout[id]).length : 0;
  const shape = drawing && missing > 0 ? [...drawing.nodes.keys()].join() : "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: laid out anew only when boxes without a place come or go
  useEffect(() => {
    if (!drawing || missing === 0) return;
    let isLate = false;
    tidy(sketchFor(drawing, new Map()))
      .then((places) => (isLate ? undefined : setWorked(places)))
      .catch(() => {});
    return () => {
      isLate = true;
    };
  }, [shape]);
  const layout = drawing?.layout;
  return useMemo(() => (missing === 0 ? (layout ?? {}) : { ...worked, ...layout }), [missing, worked, layout]);
}
