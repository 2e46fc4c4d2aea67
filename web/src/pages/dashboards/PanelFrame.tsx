import type { ReactNode } from "react";
import { MEASURE_NAMES, type Panel } from "../../model/dashboard";
import type { View } from "../shell/useView";
import { PanelBody } from "./PanelBody";
import "./PanelFrame.css";

interface PanelFrameProps {
  panel: Panel;
  view: View;
  /** What can be done to it. */
  tools?: ReactNode;
}

/** A panel: its title, what it is of on hover, and what it shows. */
export function PanelFrame({ panel, view, tools }: PanelFrameProps) {
  return (
    <section
      className="panel"
      aria-label={panel.title}
      data-width={panel.width}
      data-kind={panel.kind}
    >
      <header className="panel-head">
        <h3 className="cut" title={saysOf(panel)}>
          {panel.title}
        </h3>
        {tools}
      </header>
      <div className="panel-body">
        <PanelBody panel={panel} view={view} />
      </div>
    </section>
  );
}

/** What is asked: `Latency p95 of spans, kind:llm, by model`. */
function saysOf({ source }: Panel): string {
  if (source.of === "sql") return source.sql;
  const measured = `${MEASURE_NAMES[source.measure]} of ${source.of}`;
  return [measured, source.filter, source.split && `by ${source.split}`].filter(Boolean).join(", ");
}
