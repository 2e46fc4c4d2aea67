import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { LOOKED_BACK_DAYS, traceNameQuery } from "../../api/compare";
import { quoted } from "../../model/filter";
import { Button } from "../../ui/Button";
import "../../ui/Fields.css";
import type { CompareAddress } from "./useCompareAddress";
import "./CompareChooser.css";

const ID = /^[0-9a-f]{32}$/i;

/** With what a trace is compared: a good one, what is usual of its name, or whatever is typed. */
export function CompareChooser({ address }: { address: CompareAddress }) {
  const { project } = useParams({ from: "/p/$project" });
  const { data: name = "" } = useQuery(traceNameQuery(project, address.first));
  const [typed, setTyped] = useState("");
  const text = typed.trim();
  const usual = `root.name:${quoted(name)}`;
  return (
    <form
      className="compare-chooser fields"
      aria-label="Compare with"
      onSubmit={(event) => {
        event.preventDefault();
        if (text === "") return;
        address.choose(
          ID.test(text)
            ? { kind: "trace", id: text.toLowerCase() }
            : { kind: "usual", filter: text },
        );
      }}
    >
      <p>Compare trace {address.first.slice(0, 8)} with</p>
      <div>
        <Button variant="outlined" onClick={() => address.choose("good")}>
          A good one
        </Button>
        <Button
          variant="outlined"
          disabled={name === ""}
          title={`The medians of the newest 50 of the last ${LOOKED_BACK_DAYS} days`}
          onClick={() => address.choose({ kind: "usual", filter: usual })}
        >
          What is usual of {name === "" ? "its name" : name}
        </Button>
      </div>
      <label>
        Id of a trace, or a filter of which the median is meant
        <input
          className="mono"
          spellCheck={false}
          placeholder="root.name:answer status:ok"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <Button type="submit" variant="primary" disabled={text === ""}>
        Compare
      </Button>
    </form>
  );
}
