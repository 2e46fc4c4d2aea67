import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type PromptFigures, promptUseQuery, type PromptVersions } from "../../api/prompts";
import { formatCount, formatExact, formatShare } from "../../model/format";
import { figureOf } from "../../model/promptUse";
import { termFor } from "../../model/terms";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import { Duration } from "../../ui/Duration";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import type { View } from "../shell/useView";
import { NoticeList } from "./NoticeList";
import { VersionBars } from "./VersionBars";
import "./PromptUse.css";

const COLUMNS = [
  { name: "Version", type: "words" },
  { name: "Calls" },
  { name: "Errors" },
  { name: "p50", hint: "Latency of calls that went well" },
  { name: "p95", hint: "Latency of calls that went well" },
  { name: "Input tokens", hint: "Of a call" },
  { name: "Output tokens", hint: "Of a call" },
  { name: "Cost", hint: "Of a call" },
  { name: "First call" },
  { name: "Last call" },
] as const;

const CHARTS = [
  { measure: "calls", name: "Calls" },
  { measure: "error_rate", name: "Errors" },
  { measure: "latency_p50_ns", name: "Latency p50" },
  { measure: "input_tokens", name: "Input tokens a call" },
  { measure: "output_tokens", name: "Output tokens a call" },
  { measure: "cost", name: "Cost a call" },
] as const;

/** How the versions of a prompt do in the time range. */
export function PromptUse({ view, history }: { view: View; history: PromptVersions }) {
  const use = useQuery(promptUseQuery(view.project, history.name, view.range));
  if (use.isError) {
    return (
      <Notice title="The figures could not be computed" tone="error">
        <p>{use.error.message}</p>
        <Button variant="outlined" onClick={() => void use.refetch()}>
          Try again
        </Button>
      </Notice>
    );
  }
  if (!use.data) return <Waiting rows={10} />;
  const { versions, notices } = use.data;
  if (versions.length === 0) {
    return (
      <Notice title="No model call names this prompt in the time range">
        <p>A call is counted for the version in whose block it is made: see How to use it.</p>
      </Notice>
    );
  }
  return (
    <div className="prompt-use">
      <NoticeList notices={[...notices].reverse()} />
      <div className="prompt-charts">
        {CHARTS.map(({ measure, name }) => (
          <VersionBars key={measure} name={name} measure={measure} versions={versions} />
        ))}
      </div>
      <DataTable label="Figures by version" columns={COLUMNS}>
        {[...versions].reverse().map((one) => (
          <Row key={one.version} figures={one} name={history.name} project={view.project} />
        ))}
      </DataTable>
    </div>
  );
}

interface RowProps {
  figures: PromptFigures;
  name: string;
  project: string;
}

function Row({ figures, name, project }: RowProps) {
  const { version, error_rate: errors } = figures;
  const filter = `${termFor("prompt", name)} ${termFor("prompt_version", version)}`;
  return (
    <tr>
      <th scope="row" className="words">
        <Link
          to="/p/$project/traces"
          params={{ project }}
          search={({ range = "", live = "" }) => ({ range, live, filter })}
          title="List its traces"
        >
          {version === "" ? "none" : version}
        </Link>
      </th>
      <td title={formatExact(figures.calls)}>{formatCount(figures.calls)}</td>
      <td className={errors > 0 ? "bad" : "none"}>{formatShare(errors)}</td>
      <td>
        <Duration ns={figures.latency_p50_ns} />
      </td>
      <td>
        <Duration ns={figures.latency_p95_ns} />
      </td>
      <td>{figureOf("input_tokens", figures.input_tokens)}</td>
      <td>{figureOf("output_tokens", figures.output_tokens)}</td>
      <td>{figureOf("cost", figures.cost)}</td>
      <td>
        <Age time={figures.first} ago />
      </td>
      <td>
        <Age time={figures.last} ago />
      </td>
    </tr>
  );
}
