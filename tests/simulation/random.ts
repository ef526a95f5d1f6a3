import { ID_PREFIX, type IdKind, type IdOf } from "../../engine/core/domain/ids.ts";
import type { Ids } from "../../engine/ports.ts";

/** Chance that is the same every time: one stream per purpose, so that one more draw here changes nothing there. */
export interface Random {
  /** 0 … 1, without 1. */
  next(): number;
  /** 0 … `below` - 1. */
  int(below: number): number;
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  shuffled<T>(list: readonly T[]): T[];
  /** Exponential, with this mean: times between things that happen on their own. */
  wait(meanMs: number): number;
}

/** The stream `name` of a seed (sfc32). */
export function randomOf(seed: number, name: string): Random {
  let [a, b, c, d] = [hash(`${seed}/${name}/a`), hash(`${seed}/${name}/b`), hash(`${seed}/${name}/c`), 1];
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < 12; round++) next();
  const int = (below: number): number => Math.floor(next() * below);
  return {
    next,
    int,
    between: (least, most) => least + next() * (most - least),
    chance: (probability) => next() < probability,
    pick<T>(list: readonly T[]): T {
      // Lists here are never empty: an index below the length is there.
      return list[int(list.length)] as T;
    },
    shuffled<T>(list: readonly T[]): T[] {
      const all = [...list];
      for (let index = all.length - 1; index > 0; index--) {
        const other = int(index + 1);
        [all[index], all[other]] = [all[other] as T, all[index] as T];
      }
      return all;
    },
    wait: (meanMs) => -Math.log(1 - next()) * meanMs,
  };
}

/** A 32-bit mark of a text (FNV-1a with a last stir). */
export function hash(text: string, start = 0x811c9dc5): number {
  let mark = start;
  for (let index = 0; index < text.length; index++) mark = Math.imul(mark ^ text.charCodeAt(index), 0x01000193);
  mark ^= mark >>> 15;
  mark = Math.imul(mark, 0x2c1b3c6d);
  return (mark ^ (mark >>> 12)) >>> 0;
}

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const SPEAKABLE = "ABCDEFGHJKMNPQRTUVWXY346789";

/** Ids of the same form as the engine's own, from a seeded stream and the simulated time. */
export function simulatedIds(random: Random, now: () => number): Ids {
  const letters = (alphabet: string, count: number): string => {
    let text = "";
    for (let index = 0; index < count; index++) text += alphabet[random.int(alphabet.length)];
    return text;
  };
  return {
    make<K extends IdKind>(kind: K): IdOf[K] {
      let time = Math.floor(now());
      let stamp = "";
      for (let index = 0; index < 10; index++) {
        stamp = ALPHABET[time % 32] + stamp;
        time = Math.floor(time / 32);
      }
      return `${ID_PREFIX[kind]}_${stamp}${letters(ALPHABET, 16)}` as IdOf[K];
    },
    token: () => letters(ALPHABET, 43),
    speakable: () => `${letters(SPEAKABLE, 3)}-${letters(SPEAKABLE, 3)}`,
  };
}
