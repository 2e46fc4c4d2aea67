/** What stands on the page until an answer comes. */

/** The answer before it, where that was of the same project: the figures of another one would be wrong. */
export function ofSameProject(project: string) {
  return <Answer>(
    before: Answer | undefined,
    question: { queryKey: readonly unknown[] } | undefined,
  ): Answer | undefined => (question?.queryKey[1] === project ? before : undefined);
}
