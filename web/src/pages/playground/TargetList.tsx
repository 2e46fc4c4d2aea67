import { choiceAsText } from "../../model/modelChoice";
import { type Draft, MAX_TARGETS, withTarget } from "../../model/playground";
import { Button } from "../../ui/Button";
import { ModelPicker } from "../chat/ModelPicker";
import "./TargetList.css";

interface TargetListProps {
  draft: Draft;
  onChange: (draft: Draft) => void;
}

/** Who is asked: one to six models. */
export function TargetList({ draft, onChange }: TargetListProps) {
  const { targets } = draft;
  const without = (at: number) =>
    onChange({ ...draft, targets: targets.filter((_, place) => place !== at) });
  return (
    <ul className="target-list" aria-label="Models">
      {targets.map((target, at) => (
        <li key={choiceAsText(target)}>
          <ModelPicker
            label={`Model ${at + 1}`}
            choice={target}
            onChoose={(choice) => onChange(withTarget(draft, choice, at))}
          />
          {targets.length > 1 && (
            <Button
              icon="close"
              aria-label={`Do not ask ${target.model}`}
              onClick={() => without(at)}
            />
          )}
        </li>
      ))}
      {targets.length < MAX_TARGETS && (
        <li>
          <ModelPicker
            label="One more model"
            choice={null}
            onChoose={(choice) => onChange(withTarget(draft, choice))}
          />
        </li>
      )}
    </ul>
  );
}
