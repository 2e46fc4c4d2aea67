import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type Beside, type Comparison, comparisonQuery } from "../../api/compare";
import { differing } from "../../model/compareWords";
import { nextOf } from "../../model/search";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { useHotkeys } from "../../ui/useHotkeys";
import { Waiting } from "../../ui/Waiting";
import { CompareChooser } from "./CompareChooser";
import { CompareDiff } from "./CompareDiff";
import { CompareHead } from "./CompareHead";
import { CompareTable } from "./CompareTable";
import { GoodOne } from "./GoodOne";
import { type CompareAddress, useCompareAddress } from "./useCompareAddress";
import "./ComparePage.css";

/** Two traces beside each other: where they first go different ways, and what differs at each step. */
export function ComparePage() {
  const address = useCompareAddress();
  if (address.first === "") {
    return (
      <Notice title="Nothing is compared yet">
        <p>Select two traces of a list, or press c on the page of a trace.</p>
      </Notice>
    );
  }
  if (address.beside === "good") return <GoodOne address={address} />;
  if (address.beside === null) return <CompareChooser address={address} />;
  return <Both address={address} beside={address.beside} />;
}

function Both({ address, beside }: { address: CompareAddress; beside: Beside }) {
  const { project } = useParams({ from: "/p/$project" });
  const { data, error, refetch } = useQuery(comparisonQuery(project, address.first, beside));
  if (data) return <Compared address={address} comparison={data} />;
  if (!error) return <Waiting rows={16} />;
  return (
    <div className="compare-state">
      <Notice title="The traces could not be compared" tone="error">
        <p>{error.message}</p>
        <Button variant="outlined" onClick={() => void refetch()}>
          Try again
        </Button>
      </Notice>
      <CompareChooser address={address} />
    </div>
  );
}

function Compared({ address, comparison }: { address: CompareAddress; comparison: Comparison }) {
  const { rows, divergence, cut } = comparison;
  const selected = address.row ?? divergence?.row ?? -1;
  const step = (by: 1 | -1) => {
    const next = rows[selected + by] ? selected + by : selected;
    address.select(Math.max(next, 0));
  };
  const stepDifference = (by: 1 | -1) => {
    const next = nextOf(differing(rows), selected, by);
    if (next >= 0) address.select(next);
  };
  useHotkeys({
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    n: () => stepDifference(1),
    N: () => stepDifference(-1),
    s: address.swap,
    Escape: () => address.select(-1),
  });
  const row = rows[selected];
  return (
    <div className="compare">
      <CompareHead address={address} comparison={comparison} onStep={stepDifference} />
      {cut && (
        <p className="compare-cut" role="status">
          Only the first 20,000 spans of a trace are compared.
        </p>
      )}
      <div className="compare-parts">
        <CompareTable rows={rows} selected={selected} onSelect={address.select} />
        {row && (
          <CompareDiff
            key={selected}
            comparison={comparison}
            row={row}
            onClose={() => address.select(-1)}
          />
        )}
      </div>
    </div>
  );
}
