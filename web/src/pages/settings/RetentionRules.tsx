import type { RetentionForm } from "../../model/retentionForm";
import { Button } from "../../ui/Button";
import { DaysField } from "./DaysField";

type Rules = RetentionForm["rules"];

interface RetentionRulesProps {
  rules: Rules;
  onChange: (rules: Rules) => void;
}

/** Traces that are kept for another time; the first rule that a trace passes holds. */
export function RetentionRules({ rules, onChange }: RetentionRulesProps) {
  const replace = (place: number, rule: Rules[number]) =>
    onChange(rules.map((one, at) => (at === place ? rule : one)));
  return (
    <>
      {rules.map((rule, place) => (
        <div className="removal-form" key={place}>
          <label className="wide">
            Traces that pass the filter
            <input
              className="mono"
              required
              maxLength={2000}
              placeholder="status:error"
              value={rule.filter}
              onChange={(event) => replace(place, { ...rule, filter: event.target.value })}
            />
          </label>
          <DaysField
            name="Keep for days"
            value={rule.days}
            onChange={(days) => replace(place, { ...rule, days })}
          />
          <Button
            aria-label={`Remove the rule ${rule.filter}`}
            onClick={() => onChange(rules.filter((_, at) => at !== place))}
          >
            Remove
          </Button>
        </div>
      ))}
      <div className="removal-form">
        <Button variant="outlined" onClick={() => onChange([...rules, { filter: "", days: "90" }])}>
          Add a rule
        </Button>
      </div>
    </>
  );
}
