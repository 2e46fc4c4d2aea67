import { type Flow, type Station, stationsOf } from "../../model/pipeline";
import { useNow } from "../../ui/useNow";
import "./Pipeline.css";

const WORDS = { ok: "well", warn: "slow", error: "in trouble" } as const;

/** The way of a record, drawn: at each station how much is there and how old it is. */
export function Pipeline({ flow }: { flow: Flow }) {
  const now = useNow();
  return (
    <section aria-label="The way in">
      <ol className="pipeline">
        {stationsOf(flow, now).map((station) => (
          <Stop key={station.name} station={station} />
        ))}
      </ol>
    </section>
  );
}

function Stop({ station }: { station: Station }) {
  const { name, health, depth, note, share } = station;
  return (
    <li className="stop" data-health={health}>
      <i className="stop-mark" />
      <h2>
        {name} <span className="unseen">{WORDS[health]}</span>
      </h2>
      <p className="number">{depth}</p>
      <p className="stop-note number">{note}</p>
      {share !== null && (
        <meter
          className="stop-share"
          aria-label="Share of the journal's room in use"
          min={0}
          max={1}
          value={share}
        />
      )}
    </li>
  );
}
