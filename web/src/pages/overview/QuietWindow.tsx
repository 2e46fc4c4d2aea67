import type { TraceRow } from "../../api/traces";
import { describeRange } from "../../model/range";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import type { View } from "../shell/useView";
import "./QuietWindow.css";

/** Says that the window is empty although the project is not. */
export function QuietWindow({ newest, view }: { newest: TraceRow; view: View }) {
  return (
    <p className="quiet-window" role="status">
      Nothing in this range ({describeRange(view.range).toLowerCase()}). The newest trace came{" "}
      <Age time={newest.start} ago />.
      <Button variant="outlined" onClick={() => view.setRange({ kind: "all" })}>
        Show all time
      </Button>
    </p>
  );
}
