import { Link, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { Button } from "../../ui/Button";
import { FilterBox } from "./FilterBox";
import { LiveSwitch } from "./LiveSwitch";
import { RangePicker } from "./RangePicker";
import { useView } from "./useView";
import "./TopBar.css";

/** On a trace page the key / finds in the trace. */
const TRACE_PATH = /\/traces\/[^/]+$/;

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

const TITLES: Record<string, string> = {
  traces: "Traces",
  cost: "Cost",
  delivery: "Delivery",
  settings: "Settings",
};

/** Title, filter, time range, live and the palette: the same on every page. */
export function TopBar({ onPalette }: { onPalette: () => void }) {
  const view = useView();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <header className="top-bar">
      <Title path={path} project={view.project} />
      <FilterBox
        key={`${path} ${view.filterText}`}
        project={view.project}
        range={view.range}
        initial={view.filterText}
        hasSlash={!TRACE_PATH.test(path)}
        onSubmit={view.showTraces}
      />
      <div className="top-bar-tools">
        <RangePicker range={view.range} onChange={view.setRange} />
        <LiveSwitch isOn={view.isLive} onChange={view.setLive} />
        <Button aria-label="Command palette" title="Command palette" onClick={onPalette}>
          <kbd>{IS_MAC ? "⌘K" : "Ctrl K"}</kbd>
        </Button>
      </div>
    </header>
  );
}

function Title({ path, project }: { path: string; project: string }) {
  const name = TRACE_PATH.test(path) ? "Trace" : (TITLES[path.split("/")[3] ?? ""] ?? "Overview");
  useEffect(() => {
    document.title = `${name} · ${project} · Clearspan`;
  }, [name, project]);
  if (name === "Trace") {
    return (
      <h1 className="top-bar-title">
        <Link
          to="/p/$project/traces"
          params={{ project }}
          search={({ filter = "", range = "", live = "" }) => ({ filter, range, live })}
        >
          Traces
        </Link>
        <span aria-hidden="true"> / </span>Trace
      </h1>
    );
  }
  return <h1 className="top-bar-title">{name}</h1>;
}
