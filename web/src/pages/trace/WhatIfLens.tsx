import { useDeferredValue, useMemo } from "react";
import { outcomeOf, whatIf } from "../../model/whatIf";
import { assumptionsOf } from "../../model/whatIfAssumed";
import { MOST_CHANGES } from "../../model/whatIfChanges";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import type { TraceModel } from "./traceModel";
import { useModelFacts } from "./useModelFacts";
import type { Selection } from "./useSelection";
import { useWhatIf } from "./useWhatIf";
import { WhatIfEditor } from "./WhatIfEditor";
import { WhatIfFigures } from "./WhatIfFigures";
import { WhatIfTools } from "./WhatIfTools";
import { WhatIfTree } from "./WhatIfTree";
import "./WhatIfLens.css";

interface WhatIfLensProps {
  trace: TraceModel;
  selection: Selection;
}

/** The trace as it would be if some of its spans were slower, failed, repeated, gone, or on another model. */
export function WhatIfLens({ trace, selection }: WhatIfLensProps) {
  const { tree } = trace;
  const { changes, add, toggle, drop, clear } = useWhatIf();
  const { facts, isPending, problem, retry } = useModelFacts(trace, changes);
  const before = useMemo(() => outcomeOf(tree), [tree]);
  // A trace of a hundred thousand spans takes a second: what is typed shows first.
  const asked = useDeferredValue(changes);
  const after = useMemo(
    () => (asked.length === 0 ? before : whatIf(tree, asked, facts)),
    [tree, before, asked, facts],
  );
  const span = tree.spans[selection.selected];

  if (tree.spans.length === 0) return <Notice title="There is nothing to suppose anything of" />;
  return (
    <div className="whatif">
      <WhatIfTools tree={tree} changes={changes} onToggle={toggle} onDrop={drop} onClear={clear} />
      <WhatIfEditor trace={trace} span={span} isFull={changes.length >= MOST_CHANGES} onAdd={add} />
      {problem !== null && (
        <p className="whatif-problem" role="alert">
          {problem}
          <Button variant="outlined" onClick={retry}>
            Try again
          </Button>
        </p>
      )}
      <WhatIfFigures before={before} after={after} isPending={isPending || asked !== changes} />
      <WhatIfTree trace={trace} before={before} after={after} selection={selection} />
      {changes.length > 0 && (
        <details className="whatif-assumed">
          <summary>What is taken for granted</summary>
          <ul>
            {assumptionsOf(changes, facts).map((said) => (
              <li key={said}>{said}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
