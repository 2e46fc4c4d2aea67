import type { TraceSpan } from "../../api/traces";
import type { Tree } from "../../model/tree";
import { type Change, changesText } from "../../model/whatIfChanges";
import { matches } from "../../model/whatIfPlan";
import { isSame, type Preset, presetsOf } from "../../model/whatIfPresets";
import { changeWords } from "../../model/whatIfWords";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useHotkeys } from "../../ui/useHotkeys";
import { useMemo } from "react";
import "./WhatIfTools.css";

interface WhatIfToolsProps {
  tree: Tree<TraceSpan>;
  changes: readonly Change[];
  onToggle: (change: Change) => void;
  onDrop: (place: number) => void;
  onClear: () => void;
}

/** The questions that are asked often, and what is supposed so far. */
export function WhatIfTools({ tree, changes, onToggle, onDrop, onClear }: WhatIfToolsProps) {
  const presets = useMemo(() => presetsOf(tree), [tree]);
  const press = ({ change }: Preset) => {
    if (change) onToggle(change);
  };
  useHotkeys({
    ...Object.fromEntries(presets.map((preset, at) => [String(at + 1), () => press(preset)])),
    Backspace: () => {
      if (changes.length > 0) onDrop(changes.length - 1);
    },
  });
  return (
    <>
      <div className="whatif-presets" role="toolbar" aria-label="What if">
        {presets.map((preset, at) => (
          <Button
            key={preset.id}
            variant="outlined"
            disabled={preset.change === null}
            title={preset.change === null ? preset.lacks : `${preset.hint} (${at + 1})`}
            aria-pressed={changes.some((one) => preset.change && isSame(one, preset.change))}
            onClick={() => press(preset)}
          >
            {preset.name}
          </Button>
        ))}
        {changes.length > 0 && <Button onClick={onClear}>As it was</Button>}
      </div>
      {changes.length > 0 && (
        <ul className="whatif-changes" aria-label="Supposed">
          {changes.map((change, place) => {
            const words = changeWords(tree, change);
            const isHere = matches(tree, change.target).length > 0;
            return (
              <li key={`${place} ${changesText([change])}`} data-here={isHere}>
                <span className="cut">{words}</span>
                {!isHere && <em>not in this trace</em>}
                <button
                  type="button"
                  aria-label={`No longer: ${words}`}
                  title="No longer suppose this (Backspace: the last one)"
                  onClick={() => onDrop(place)}
                >
                  <Icon name="close" />
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}
