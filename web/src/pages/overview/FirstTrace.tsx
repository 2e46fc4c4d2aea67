import { Link } from "@tanstack/react-router";
import { CodeBlock } from "../../ui/CodeBlock";
import { Notice } from "../../ui/Notice";
import "./FirstTrace.css";

const OTLP_DEFAULT = "http://localhost:4318";

/** How to send a first trace to a project: with our SDK, or with any OpenTelemetry program. */
export function FirstTrace({ project }: { project: string }) {
  const { origin } = location;
  const isDefaultProject = project === "default";
  const isDefaultPort = location.port === "4318";
  const settings = [
    ...(isDefaultPort ? [] : [`endpoint="${origin}"`]),
    ...(isDefaultProject ? [] : [`project="${project}"`]),
  ].join(", ");
  const environment = [
    ...(isDefaultPort ? [] : [`OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`]),
    ...(isDefaultProject ? [] : [`OTEL_EXPORTER_OTLP_HEADERS=x-clearspan-project=${project}`]),
  ];
  return (
    <Notice title={`Nothing has been sent to ${project} yet`}>
      <div className="first-trace">
        <p>These lines of a Python program record its first span:</p>
        <CodeBlock code={firstLines(settings)} />
        <p>
          A program that already uses OpenTelemetry sends to <code>{OTLP_DEFAULT}</code> by default
          {environment.length === 0
            ? ", which is this server: nothing to set."
            : ". To reach this project, set:"}
        </p>
        {environment.length > 0 && <CodeBlock code={environment.join("\n")} />}
        <p>
          The first trace appears here within two seconds of being sent.{" "}
          {project !== "demo" && (
            <>
              To look around before that, open the{" "}
              <Link to="/p/$project/overview" params={{ project: "demo" }}>
                demo
              </Link>
              .
            </>
          )}
        </p>
      </div>
    </Notice>
  );
}

/** A program that sends one trace; `settings` are the arguments that this server and project need. */
function firstLines(settings: string): string {
  const init = settings === "" ? "" : `clearspan.init(${settings})\n`;
  return `import clearspan\n\n${init}with clearspan.span("hello", input="my first trace"):\n    print("recorded")`;
}
