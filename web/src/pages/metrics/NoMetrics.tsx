import { CodeBlock } from "../../ui/CodeBlock";
import { Notice } from "../../ui/Notice";
import "../overview/FirstTrace.css";

/** How a first metric is sent. */
export function NoMetrics({ project }: { project: string }) {
  const { origin } = location;
  return (
    <Notice title={`No metric has been sent to ${project} yet`}>
      <div className="first-trace">
        <p>Three lines of a Python program count something:</p>
        <CodeBlock code={linesFor(project, origin)} />
        <p>
          A program with OpenTelemetry metrics sends them to <code>{origin}/v1/metrics</code>; an
          admin lets this server read the metrics of model servers under Settings, Scraping.
        </p>
      </div>
    </Notice>
  );
}

function linesFor(project: string, origin: string): string {
  return `import clearspan\nclearspan.init(endpoint="${origin}", project="${project}")\nclearspan.counter("cache.hits").add(1, cache="prompts")`;
}
