import type { TraceSpan } from "../../api/traces";
import type { Segment } from "../../model/criticalPath";
import type { Groups } from "../../model/rows";
import type { Tree } from "../../model/tree";

/** One trace as all lenses and the panel see it. */
export interface TraceModel {
  project: string;
  traceId: string;
  tree: Tree<TraceSpan>;
  path: ReadonlyMap<number, readonly Segment[]>;
  groups: Groups;
  /** The model call that each model call goes on from, by position; found out when it is asked for. */
  previous: () => ReadonlyMap<number, number>;
}
