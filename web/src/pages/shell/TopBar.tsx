import { Link, useRouterState } from "@tanstack/react-router";
import { Button } from "../../ui/Button";
import { useTitle } from "../../ui/useTitle";
import { FilterBox } from "./FilterBox";
import { LiveSwitch } from "./LiveSwitch";
import { placeOf } from "./pageTable";
import { RangePicker } from "./RangePicker";
import { useView } from "./useView";
import "./TopBar.css";

const KEYS = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K";

/** Title, filter and the palette, and of all but timeless pages time range and live: at the same places everywhere. */
export function TopBar({ onPalette }: { onPalette: () => void }) {
  const view = useView();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const place = placeOf(path);
  return (
    <header className="top-bar">
      <Title path={path} project={view.project} />
      <FilterBox
        key={`${path} ${view.filterText}`}
        project={view.project}
        range={view.range}
        initial={view.filterText}
        // On a trace page the key / finds in the trace.
        hasSlash={place.detail !== "Trace"}
        onSubmit={place.isFiltered ? view.setFilter : view.showTraces}
      />
      <div className="top-bar-tools">
        {!place.isTimeless && (
          <>
            <RangePicker range={view.range} onChange={view.setRange} />
            <LiveSwitch isOn={view.isLive} onChange={view.setLive} />
          </>
        )}
        <Button aria-label={`Command palette, ${KEYS}`} title="Command palette" onClick={onPalette}>
          <kbd>{KEYS}</kbd>
        </Button>
      </div>
    </header>
  );
}

function Title({ path, project }: { path: string; project: string }) {
  const { name, to, detail } = placeOf(path);
  useTitle(detail ?? name, project);
  if (detail === null) return <h1 className="top-bar-title">{name}</h1>;
  return (
    <h1 className="top-bar-title">
      <Link
        to={to}
        params={{ project }}
        search={({ filter = "", range = "", live = "" }) => ({ filter, range, live })}
      >
        {name}
      </Link>
      <span aria-hidden="true"> / </span>
      {detail}
    </h1>
  );
}
