/** Whether what was begun succeeds; who began it is told of the failure elsewhere. */
export function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}
