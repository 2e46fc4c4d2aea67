import { useQuery } from "@tanstack/react-query";
import { type LogDetail, logQuery } from "../../api/logs";
import { formatAbsolute, parseTime } from "../../model/format";
import { CodeBlock } from "../../ui/CodeBlock";
import { JsonTree } from "../../ui/JsonTree";
import { Notice } from "../../ui/Notice";
import { SeverityMark } from "../../ui/SeverityMark";
import { Waiting } from "../../ui/Waiting";
import { Facts } from "../list/Facts";
import "./LogFacts.css";

/** One log record in full; fetched when it is shown. */
export function LogFacts({ project, id }: { project: string; id: string }) {
  const { data, error } = useQuery(logQuery(project, id));
  if (error) {
    return (
      <Notice title="The log record could not be read" tone="error">
        <p>{error.message}</p>
      </Notice>
    );
  }
  if (!data) return <Waiting rows={4} />;
  const isText = typeof data.body === "string";
  return (
    <div className="log-facts">
      {isText
        ? data.message !== "" && <CodeBlock code={data.message} wrap />
        : data.body !== null && <JsonTree value={data.body} open={3} />}
      <Facts facts={factsOf(data)} />
      <Attributes title="Attributes" values={data.attributes} />
      <Attributes title="Resource" values={data.resource} />
    </div>
  );
}

function factsOf(log: LogDetail) {
  const isOtherWord = log.severity_text.toLowerCase() !== log.severity;
  return [
    ["Time", formatAbsolute(parseTime(log.time))],
    ["Observed", log.observed === null ? "" : formatAbsolute(parseTime(log.observed))],
    ["Received", formatAbsolute(parseTime(log.received))],
    ["Severity", <SeverityMark key="severity" severity={log.severity} />],
    ["Sent as", isOtherWord ? log.severity_text : ""],
    ["Event", log.event_name],
    ["Logger", [log.logger, log.logger_version].filter((text) => text !== "").join(" ")],
    ["Service", log.service],
    ["Environment", log.environment],
    ["Process", log.process],
    ["Trace id", log.trace_id],
    ["Span id", log.span_id],
    ["Cut or mended", log.truncated.join(", ")],
  ] as const;
}

interface AttributesProps {
  title: string;
  values: LogDetail["attributes"];
}

function Attributes({ title, values }: AttributesProps) {
  if (Object.keys(values).length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <JsonTree value={values} open={1} />
    </section>
  );
}
