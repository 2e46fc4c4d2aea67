import type { SpanDetail } from "../../api/spans";
import { shareOf, sinceNs } from "../../model/events";
import { counted, formatAbsolute, formatDuration, parseTime } from "../../model/format";
import { JsonTree } from "../../ui/JsonTree";
import { Section } from "./Section";
import "./EventList.css";

/** More would be a log, which Raw shows. */
const MOST = 200;

/** What happened within the span, on a small timeline. */
export function EventList({ span }: { span: SpanDetail }) {
  const { events, start, duration_ns } = span;
  if (events.length === 0) return null;
  return (
    <Section title="Events" note={counted(events.length, "event")}>
      <ol className="events">
        {events.slice(0, MOST).map((event, index) => {
          const offsetNs = sinceNs(start, event.time);
          return (
            <li key={index}>
              <details>
                <summary title={formatAbsolute(parseTime(event.time))}>
                  <span className="number">
                    {offsetNs < 0 ? "before" : formatDuration(offsetNs)}
                  </span>
                  <i className="event-track">
                    <i style={{ left: `${shareOf(offsetNs, duration_ns) * 100}%` }} />
                  </i>
                  <span className="cut">{event.name}</span>
                </summary>
                <JsonTree value={event.attributes} open={1} />
              </details>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
