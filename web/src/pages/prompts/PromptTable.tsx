import { Link } from "@tanstack/react-router";
import type { PromptFigures, PromptHead } from "../../api/prompts";
import { formatCount, formatExact, formatShare } from "../../model/format";
import { LATEST } from "../../model/promptText";
import { figureOf } from "../../model/promptUse";
import { Age } from "../../ui/Age";
import { DataTable } from "../../ui/DataTable";
import { Duration } from "../../ui/Duration";
import { Tokens } from "../../ui/Tokens";
import { LabelChip } from "./LabelChip";
import "./PromptTable.css";

const COLUMNS = [
  { name: "Prompt", type: "words" },
  { name: "Kind", type: "words" },
  { name: "Newest", hint: "The newest version, which the figures are of" },
  { name: "Labels", type: "words" },
  { name: "Tags", type: "words" },
  { name: "Calls", hint: "Of the newest version in the time range" },
  { name: "Errors" },
  { name: "Latency p50" },
  { name: "Tokens a call" },
  { name: "Cost a call" },
  { name: "Changed" },
] as const;

interface PromptTableProps {
  project: string;
  prompts: readonly PromptHead[];
  /** By name; undefined while they are on their way. */
  figures: Record<string, PromptFigures> | undefined;
}

/** A prompt a row. */
export function PromptTable({ project, prompts, figures }: PromptTableProps) {
  return (
    <DataTable label="Prompts" columns={COLUMNS}>
      {prompts.map((prompt) => (
        <tr key={prompt.name} className="prompt-row">
          <th scope="row" className="words">
            <Link
              to="/p/$project/prompts/$name"
              params={{ project, name: prompt.name }}
              search={({ range = "", live = "" }) => ({ range, live })}
              className="prompt-name cut"
              title={prompt.name}
            >
              {prompt.name}
            </Link>
          </th>
          <td className="words">{prompt.kind}</td>
          <td>{prompt.versions.at(-1)}</td>
          <td className="words">
            <Chips labels={prompt.labels} />
          </td>
          <td className="words">
            <span className="prompt-tags cut" title={prompt.tags.join(", ")}>
              {prompt.tags.join(", ")}
            </span>
          </td>
          <Figures of={figures?.[prompt.name]} isKnown={figures !== undefined} />
          <td>
            <Age time={prompt.updated} ago />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

/** So many fit beside the other columns. */
const MAX_CHIPS = 3;

/** What production has first. */
function Chips({ labels: all }: { labels: readonly string[] }) {
  const labels = ["production", ...all].filter(
    (label, at, each) => label !== LATEST && all.includes(label) && each.indexOf(label) === at,
  );
  const more = labels.slice(MAX_CHIPS);
  return (
    <span className="prompt-chips">
      {labels.slice(0, MAX_CHIPS).map((label) => (
        <LabelChip key={label} label={label} />
      ))}
      {more.length > 0 && <span title={more.join(", ")}>+{more.length}</span>}
    </span>
  );
}

function Figures({ of, isKnown }: { of: PromptFigures | undefined; isKnown: boolean }) {
  if (!of) {
    return (
      <>
        <td className="none">{isKnown ? "–" : ""}</td>
        <td />
        <td />
        <td />
        <td />
      </>
    );
  }
  return (
    <>
      <td title={formatExact(of.calls)}>{formatCount(of.calls)}</td>
      <td className={of.error_rate > 0 ? "bad" : "none"}>{formatShare(of.error_rate)}</td>
      <td>
        <Duration ns={of.latency_p50_ns} />
      </td>
      <td>
        <Tokens input={rounded(of.input_tokens)} output={rounded(of.output_tokens)} hasOutput />
      </td>
      <td>{figureOf("cost", of.cost)}</td>
    </>
  );
}

function rounded(count: number | null): number | null {
  return count === null ? null : Math.round(count);
}
