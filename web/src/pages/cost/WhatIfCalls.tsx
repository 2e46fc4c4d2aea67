import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { callsOnModelQuery, modelsQuery, type WhatIfCalls as Calls } from "../../api/whatif";
import { modelNamed } from "../../model/modelNames";
import { Button } from "../../ui/Button";
import "../../ui/Fields.css";
import { ModelField } from "../../ui/ModelField";
import { Waiting } from "../../ui/Waiting";
import type { View } from "../shell/useView";
import { useSession } from "../useSession";
import { WhatIfAnswer } from "./WhatIfAnswer";
import "./WhatIfCalls.css";

interface WhatIfCallsProps {
  view: View;
  /** As it was typed, or as the address has it. */
  model: string;
  onModel: (model: string) => void;
}

/** The model calls of the window that pass the filter, on another model: what they would have cost. */
export function WhatIfCalls({ view, model, onModel }: WhatIfCallsProps) {
  const [typed, setTyped] = useState(model);
  const { csrf } = useSession();
  const models = useQuery(modelsQuery(view.project));
  const known = models.data?.models ?? [];
  const asked = modelNamed(model, known);
  const answer = useQuery({
    ...callsOnModelQuery(view.project, view.range, view.filterText, asked, csrf),
    // A provider is known by the list of models alone.
    enabled: model !== "" && !models.isPending,
  });
  return (
    <section className="whatif-calls" aria-label="What if">
      <form
        className="whatif-ask fields"
        onSubmit={(event) => {
          event.preventDefault();
          onModel(typed.trim());
        }}
      >
        <span>
          What if the model calls {view.filterText === "" ? "of this time" : "that pass the filter"}{" "}
          ran on
        </span>
        <ModelField model={typed} known={known} isFirst={model === ""} onModel={setTyped} />
        <Button type="submit" variant="primary" disabled={typed.trim() === ""}>
          Compute
        </Button>
      </form>
      {model !== "" && <Answer answer={answer} project={view.project} />}
    </section>
  );
}

function Answer({ answer, project }: { answer: UseQueryResult<Calls>; project: string }) {
  if (answer.isError) {
    return (
      <p className="whatif-failed" role="alert">
        It could not be computed. {answer.error.message}
        <Button variant="outlined" onClick={() => void answer.refetch()}>
          Try again
        </Button>
      </p>
    );
  }
  return answer.data ? (
    <WhatIfAnswer answer={answer.data} project={project} />
  ) : (
    <Waiting rows={3} />
  );
}
