/** A promise that was broken in a seed. */
export class Broken extends Error {
  readonly invariant: string;
  constructor(invariant: string, message: string) {
    super(`${invariant}: ${message}`);
    this.invariant = invariant;
  }
}

/** Says that a promise is broken, unless it holds. */
export function holds(condition: boolean, invariant: string, message: () => string): void {
  if (!condition) throw new Broken(invariant, message());
}
