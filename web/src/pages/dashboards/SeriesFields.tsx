import { useEffect, useId, useState } from "react";
import { MEASURE_NAMES, type MeasureName, type SeriesSource } from "../../model/dashboard";
import { FilterBox } from "../shell/FilterBox";
import type { View } from "../shell/useView";
import "./SeriesFields.css";

interface SeriesFieldsProps {
  source: SeriesSource;
  measures: readonly MeasureName[];
  splits: readonly string[];
  view: View;
  onChange: (source: SeriesSource) => void;
}

/** After the last key: what is half written is not asked for. */
const WRITE_MS = 500;

/** Which rows, what of them, and by what they are told apart. */
export function SeriesFields({ source, measures, splits, view, onChange }: SeriesFieldsProps) {
  const id = useId();
  const write = useLater((part: Partial<SeriesSource>) => onChange({ ...source, ...part }));
  return (
    <>
      <div className="series-field">
        <span>Filter</span>
        <FilterBox
          key={source.of}
          project={view.project}
          range={view.range}
          initial={source.filter}
          hasSlash={false}
          label="Filter of the panel"
          onWrite={(filter) => write({ filter: filter.trim() })}
          onSubmit={(filter) => onChange({ ...source, filter })}
        />
      </div>
      <label>
        Measure
        <select
          value={source.measure}
          onChange={(event) => onChange({ ...source, measure: event.target.value as MeasureName })}
        >
          {measures.map((name) => (
            <option key={name} value={name}>
              {MEASURE_NAMES[name]}
            </option>
          ))}
        </select>
      </label>
      <div className="series-split">
        <label>
          Split by
          <input
            key={source.of}
            className="mono"
            list={id}
            placeholder='nothing, a field, or attr["key"]'
            maxLength={300}
            spellCheck={false}
            defaultValue={source.split}
            onChange={(event) => write({ split: event.target.value.trim() })}
          />
          <datalist id={id}>
            {splits.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </label>
        <label>
          Lines
          <input
            type="number"
            min={1}
            max={20}
            required
            value={source.top}
            onChange={(event) => onChange({ ...source, top: Number(event.target.value) })}
          />
        </label>
      </div>
    </>
  );
}

/** Calls with all that was said, a moment after the last word. */
function useLater(tell: (part: Partial<SeriesSource>) => void) {
  const [said, setSaid] = useState<Partial<SeriesSource> | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => {
      setSaid(null);
      tell(said);
    }, WRITE_MS);
    return () => clearTimeout(timer);
  });
  return (part: Partial<SeriesSource>) => setSaid((before) => ({ ...before, ...part }));
}
