import type { TraceSpan } from "../../api/traces";
import { previousCalls } from "../../model/calls";
import { criticalPath, type Segment } from "../../model/criticalPath";
import { type Groups, groupsOf } from "../../model/rows";
import { buildTree, type Tree } from "../../model/tree";

/** One trace as all lenses and the panel see it. */
export interface TraceModel {
  project: string;
  traceId: string;
  /** Whether what was said may be asked for: a link may show a trace without. */
  hasTexts: boolean;
  tree: Tree<TraceSpan>;
  path: ReadonlyMap<number, readonly Segment[]>;
  groups: Groups;
  /** The model call that each model call goes on from, by position; found out when it is asked for. */
  previous: () => ReadonlyMap<number, number>;
}

/** The trace of these spans. */
export function modelOf(
  { project, traceId, hasTexts }: Pick<TraceModel, "project" | "traceId" | "hasTexts">,
  spans: readonly TraceSpan[],
): TraceModel {
  const tree = buildTree(spans);
  const groups = groupsOf(tree);
  let previous: ReadonlyMap<number, number> | null = null;
  return {
    project,
    traceId,
    hasTexts,
    tree,
    path: criticalPath(tree),
    groups,
    previous: () => (previous ??= previousCalls(tree, groups.lastOf)),
  };
}
