import type { CostReport } from "../../api/cost";
import { narrow } from "../../model/narrow";
import { change, counted, type Figure, formatCount, formatMoney } from "../../model/format";
import { about } from "../../model/series";
import { plain } from "../overview/figures";
import { Tile } from "../overview/Tile";
import "../overview/Tiles.css";
import type { View } from "../shell/useView";

const UNKNOWN = "unknown where traces are sampled";

/** What was spent, and what one of each cost. */
export function CostTiles({ report, view }: { report: CostReport; view: View }) {
  const { totals, previous, units, previous_units: before, savings } = report;
  const price = (dollars: string | null): Figure =>
    about(plain(dollars === null ? "–" : formatMoney(dollars)), report.estimated);
  const open = (filter: string) => () => view.showTraces(narrow(view.filterText, filter));
  return (
    <section className="tiles" aria-label="Totals">
      <Tile
        name="Cost"
        figure={price(totals.cost)}
        change={change(Number(totals.cost), Number(previous.cost))}
        note={`${formatCount(totals.calls)} calls`}
        onClick={open("cost>0")}
      />
      <Tile
        name="A trace"
        figure={price(units.cost_per_trace)}
        change={moved(units.cost_per_trace, before.cost_per_trace)}
        note={`${formatCount(units.traces)} traces`}
        onClick={open("")}
      />
      <Tile
        name="A successful trace"
        figure={price(units.cost_per_ok_trace)}
        change={moved(units.cost_per_ok_trace, before.cost_per_ok_trace)}
        note={`${formatCount(units.ok_traces)} ended well, failures paid for`}
        onClick={open("status:ok")}
      />
      <Tile
        name="An active user"
        figure={price(units.cost_per_user)}
        change={moved(units.cost_per_user, before.cost_per_user)}
        note={units.users === null ? UNKNOWN : counted(units.users, "user")}
      />
      <Tile
        name="A session"
        figure={price(units.cost_per_session)}
        change={moved(units.cost_per_session, before.cost_per_session)}
        note={units.sessions === null ? UNKNOWN : counted(units.sessions, "session")}
      />
      <Tile
        name="Saved by caching"
        figure={price(savings.saved)}
        change={null}
        note={
          savings.unknown_tokens > 0
            ? `${formatCount(savings.unknown_tokens)} cached tokens unknown`
            : `${formatCount(totals.cache_read_tokens)} tokens read from caches`
        }
      />
    </section>
  );
}

function moved(now: string | null, before: string | null): number | null {
  return now === null || before === null ? null : change(Number(now), Number(before));
}
