import { COST_GROUPS, type CostBy } from "../../model/costGroups";
import "./BySwitch.css";

interface BySwitchProps {
  by: CostBy;
  onChange: (by: CostBy) => void;
}

/** By what cost is told apart. */
export function BySwitch({ by: chosen, onChange }: BySwitchProps) {
  return (
    <fieldset className="by-switch">
      <legend>By</legend>
      {COST_GROUPS.map(({ by, name }) => (
        <label key={by} data-chosen={by === chosen}>
          <input
            type="radio"
            name="by"
            value={by}
            checked={by === chosen}
            onChange={() => onChange(by)}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
