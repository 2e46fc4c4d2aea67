/** Work that lets others have a turn: a generator that yields between its parts. */

export type Work<Result> = Generator<void, Result>;

/** All of it at once. */
export function finished<Result>(work: Work<Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
