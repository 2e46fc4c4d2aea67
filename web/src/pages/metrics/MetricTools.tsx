import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { metricLabelsQuery, metricValuesQuery } from "../../api/metrics";
import { counted } from "../../model/format";
import { type MetricChart, type Stat, statsOf } from "../../model/metricCharts";
import { Icon } from "../../ui/Icon";
import { Picker } from "./Picker";
import "./MetricTools.css";

interface MetricToolsProps {
  chart: MetricChart;
  type: string;
  project: string;
  onChange: (chart: MetricChart) => void;
}

/** Which stat, split by which labels, and which series at all. */
export function MetricTools({ chart, type, project, onChange }: MetricToolsProps) {
  const labels = useQuery(metricLabelsQuery(project, chart.name)).data ?? [];
  const { by, where } = chart;
  const free = labels
    .filter(({ label }) => !by.includes(label))
    .map(({ label, values }) => ({ value: label, note: counted(values, "value") }));
  return (
    <div className="metric-tools">
      <label className="metric-stat">
        <span className="metric-word">Stat</span>
        <select
          value={chart.stat}
          onChange={(event) => {
            const stat = statsOf(type).find((one) => one === event.target.value);
            if (stat) onChange({ ...chart, stat });
          }}
        >
          {options(type, chart.stat).map((stat) => (
            <option key={stat} value={stat}>
              {stat}
            </option>
          ))}
        </select>
      </label>
      {by.map((label) => (
        <Chip
          key={label}
          text={`by ${label}`}
          onRemove={() => onChange({ ...chart, by: by.filter((one) => one !== label) })}
        />
      ))}
      {where.map(({ label, value, isNegated }, place) => (
        <Chip
          key={`${label} ${value}`}
          text={`${label} ${isNegated ? "≠" : "="} ${value}`}
          onRemove={() => onChange({ ...chart, where: where.filter((_, at) => at !== place) })}
        />
      ))}
      {free.length > 0 && (
        <>
          <Picker
            name="Split by"
            placeholder="Label"
            choices={free}
            onPick={(label) => onChange({ ...chart, by: [...by, label] })}
          />
          <Narrowing
            chart={chart}
            project={project}
            labels={labels.map(({ label }) => label)}
            onChange={onChange}
          />
        </>
      )}
    </div>
  );
}

/** First the label, then one of its values. */
function Narrowing({
  chart,
  project,
  labels,
  onChange,
}: Omit<MetricToolsProps, "type"> & { labels: readonly string[] }) {
  const [label, setLabel] = useState<string | null>(null);
  const values = useQuery({
    ...metricValuesQuery(project, chart.name, label ?? ""),
    enabled: label !== null,
  });
  if (label === null) {
    return (
      <Picker
        name="Only where"
        placeholder="Label"
        choices={labels.map((value) => ({ value, note: "" }))}
        onPick={setLabel}
      />
    );
  }
  return (
    <Picker
      key={label}
      name={`${label} =`}
      placeholder="Value"
      choices={(values.data ?? []).map(({ value, series }) => ({
        value,
        note: `${series} series`,
      }))}
      isOpenFirst
      onPick={(value) => {
        setLabel(null);
        onChange({ ...chart, where: [...chart.where, { label, value, isNegated: false }] });
      }}
    />
  );
}

/** The stats of the type, and the one in force even where it has no such: the chart then says what is wrong. */
function options(type: string, stat: Stat): readonly Stat[] {
  const stats = statsOf(type);
  return stats.includes(stat) ? stats : [...stats, stat];
}

function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  return (
    <button
      type="button"
      className="metric-chip"
      title={`${text}: click to remove`}
      aria-label={`Remove ${text}`}
      onClick={onRemove}
    >
      <span>{text}</span>
      <Icon name="close" />
    </button>
  );
}
