import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { startRun } from "../../api/playground";
import { providersQuery } from "../../api/providers";
import { choiceAsText, firstChoice } from "../../model/modelChoice";
import { type Checked, type Draft, requestOf, type RunBody } from "../../model/playground";
import { useHotkeys } from "../../ui/useHotkeys";
import { useSession } from "../useSession";
import { OriginNote, type RequestOrigin } from "./OriginNote";
import { RequestEditor } from "./RequestEditor";
import { RunTools } from "./RunTools";
import { RunView } from "./RunView";
import { SavePrompt } from "./SavePrompt";
import { TargetList } from "./TargetList";
import "./Playground.css";

interface PlaygroundProps {
  project: string;
  first: Draft;
  /** The span whose request it was. */
  origin: RequestOrigin | null;
}

/** A request to edit at the left, what models make of it at the right. */
export function Playground({ project, first, origin }: PlaygroundProps) {
  const [edited, setDraft] = useState(first);
  const { data: providers = [] } = useQuery(providersQuery);
  const draft = withUsable(edited, providers);
  const { run: runId } = useSearch({ from: "/p/$project/playground" });
  const checked = requestOf(draft);
  const start = useStart(project, origin);
  const run = () => {
    if (checked.ok && !start.isPending) start.mutate(checked.body);
  };
  useHotkeys({ "mod+enter": run });
  return (
    <div className="playground">
      <section className="playground-request" aria-label="Request">
        {origin && <OriginNote project={project} origin={origin} />}
        <RequestEditor draft={draft} onChange={setDraft} />
      </section>
      <section className="playground-outputs" aria-label="Outputs">
        <TargetList draft={draft} onChange={setDraft} />
        <RunTools
          project={project}
          runId={runId ?? null}
          draft={draft}
          problem={start.error?.message ?? problemOf(checked)}
          isReady={checked.ok && !start.isPending}
          onChange={setDraft}
          onRun={run}
        >
          <SavePrompt project={project} checked={checked} name={origin?.prompt_name ?? ""} />
        </RunTools>
        {runId !== undefined && <RunView key={runId} project={project} id={runId} />}
      </section>
    </div>
  );
}

function problemOf(checked: Checked): string {
  return checked.ok ? "" : checked.problem;
}

type Providers = Parameters<typeof firstChoice>[0];

/** Who can be asked in the place of who was asked, or of nobody. */
function withUsable(draft: Draft, providers: Providers): Draft {
  const wanted = draft.targets.length === 0 ? [null] : draft.targets;
  const targets = wanted.flatMap((target) => firstChoice(providers, target) ?? []);
  const names = targets.map(choiceAsText);
  return { ...draft, targets: targets.filter((_, at) => names.indexOf(names[at] ?? "") === at) };
}

/** Starts a run, which is in the address from then on. */
function useStart(project: string, origin: RequestOrigin | null) {
  const { csrf } = useSession();
  const navigate = useNavigate();
  const of = origin && { trace_id: origin.traceId, span_id: origin.spanId };
  return useMutation({
    mutationFn: (body: RunBody) => startRun(project, { ...body, origin: of }, csrf),
    onSuccess: ({ id }) =>
      void navigate({ to: ".", search: (before) => ({ ...before, run: id }), replace: true }),
  });
}
