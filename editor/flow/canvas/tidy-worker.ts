import { type Sketch, tidied } from "./tidy.ts";

/** Lays flows out beside the page. */
addEventListener("message", ({ data }: MessageEvent<Sketch>) => postMessage(tidied(data)));
