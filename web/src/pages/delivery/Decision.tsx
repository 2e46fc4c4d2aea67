import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  actOnQuarantine,
  type QuarantineAction,
  type QuarantineOutcome,
} from "../../api/deliveries";
import { meQuery } from "../../api/session";
import { counted } from "../../model/format";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import "./Decision.css";

export interface Request {
  action: QuarantineAction;
  /** Null means everything in quarantine. */
  ids: readonly number[] | null;
  what: string;
}

interface DecisionProps {
  project: string;
  request: Request;
  onClose: () => void;
  onDone: (outcome: string) => void;
}

const WORDS = {
  redrive: {
    title: "Re-drive",
    doing: "Re-driving",
    explain: "The engine gets another try. What it refuses once more stays here with the reason.",
  },
  discard: {
    title: "Discard",
    doing: "Discarding",
    explain: "What is discarded is deleted for good and counts as rejected. There is no way back.",
  },
} as const;

/** Asks before it acts, shows that it is acting, and hands over what came of it. */
export function Decision({ project, request, onClose, onDone }: DecisionProps) {
  const { action, ids, what } = request;
  const queries = useQueryClient();
  const csrf = useQuery(meQuery).data?.csrf ?? "";
  const words = WORDS[action];
  const act = useMutation({
    mutationFn: () => actOnQuarantine(action, project, ids, csrf),
    onSuccess: async (outcome) => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: ["quarantine", project] }),
        queries.invalidateQueries({ queryKey: ["deliveries", project] }),
      ]);
      onDone(describe(action, outcome));
    },
  });
  return (
    <Dialog label={`${words.title} ${what}`} onClose={onClose}>
      <form
        className="decision"
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate();
        }}
      >
        <h2>
          {words.title} {what}
        </h2>
        <p>{words.explain}</p>
        <div className="decision-progress">
          {act.isPending && <progress aria-label={words.doing} />}
          {act.isError && <p role="alert">{act.error.message}</p>}
        </div>
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={act.isPending}>
            {act.isPending ? words.doing : words.title}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function describe(action: QuarantineAction, { done, refused }: QuarantineOutcome): string {
  const records = counted(done, "record");
  if (action === "discard") return `${records} discarded.`;
  const rest = refused > 0 ? ` ${counted(refused, "record")} refused again.` : "";
  return `${records} stored.${rest}`;
}
