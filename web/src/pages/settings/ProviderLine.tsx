import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ProviderRow, putProvider, testProvider } from "../../api/providers";
import { keyWords, modelWords, stateOf } from "../../model/providerForm";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { SimulatedChip } from "../../ui/SimulatedChip";
import { useSession } from "../useSession";

interface ProviderLineProps {
  row: ProviderRow;
  canChange: boolean;
  canTest: boolean;
  onEdit: () => void;
  onRemove: () => void;
}

/** One provider: how it stands with it, and what can be done. */
export function ProviderLine({ row, canChange, canTest, onEdit, onRemove }: ProviderLineProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const test = useMutation({
    mutationFn: () => testProvider(row.name, csrf),
    onSettled: () => queries.invalidateQueries({ queryKey: ["providers"] }),
  });
  return (
    <li data-tone={stateOf(row).tone}>
      <div className="provider-name">
        <h3>
          {row.title}
          {row.is_simulated && <SimulatedChip />}
        </h3>
        <code>/gateway/{row.name + row.base_path}</code>
      </div>
      <div className="provider-facts">
        <Facts row={row} />
        <p role="status" aria-busy={test.isPending}>
          {test.isPending ? "Asking" : <Tested row={row} problem={test.error?.message} />}
        </p>
      </div>
      <div className="provider-acts">
        {canChange && <Switch row={row} />}
        {canTest && canBeAsked(row) && (
          <Button
            variant="outlined"
            disabled={test.isPending}
            onClick={() => test.mutate()}
            aria-label={`Test ${row.title}`}
          >
            Test
          </Button>
        )}
        {canChange && <Changes row={row} onEdit={onEdit} onRemove={onRemove} />}
      </div>
    </li>
  );
}

type ChangesProps = Pick<ProviderLineProps, "row" | "onEdit" | "onRemove">;

function Changes({ row, onEdit, onRemove }: ChangesProps) {
  return (
    <>
      <Button onClick={onEdit} aria-label={`Edit ${row.title}`}>
        Edit
      </Button>
      {row.is_stored && (
        <Button onClick={onRemove} aria-label={`Remove ${row.title}`}>
          Remove
        </Button>
      )}
    </>
  );
}

/** Whether there is an address that can be asked with what is here. */
function canBeAsked(row: ProviderRow): boolean {
  return row.key !== "none" && (row.base_url !== "" || row.is_simulated);
}

function Facts({ row }: { row: ProviderRow }) {
  return (
    <>
      <p>
        <b>{stateOf(row).word}</b> · {keyWords(row)}
      </p>
      {row.base_url !== "" && !row.is_simulated && (
        <p className="mono" title="Where it is">
          {row.base_url}
        </p>
      )}
      {row.models.length > 0 && (
        <p title={row.models.slice(0, 40).join("\n")}>{modelWords(row.models)}</p>
      )}
    </>
  );
}

/** How the last test went. */
function Tested({ row, problem }: { row: ProviderRow; problem: string | undefined }) {
  if (problem !== undefined) return <span className="bad">{problem}</span>;
  const { tested } = row;
  if (tested === null) return null;
  return (
    <>
      {tested.ok ? `Answered in ${String(tested.took_ms)} ms, ` : "Did not answer, "}
      <Age time={tested.at} ago />
      {tested.error !== null && <span className="bad"> {tested.error}</span>}
    </>
  );
}

function Switch({ row }: { row: ProviderRow }) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const turn = useMutation({
    mutationFn: () => putProvider(row.name, { is_enabled: !row.is_enabled }, csrf),
    onSettled: () => queries.invalidateQueries({ queryKey: ["providers"] }),
  });
  return (
    <label className="provider-switch">
      <input
        type="checkbox"
        role="switch"
        aria-label={`${row.title} is on`}
        checked={turn.isPending ? !row.is_enabled : row.is_enabled}
        disabled={turn.isPending}
        onChange={() => turn.mutate()}
      />
      {row.is_enabled ? "On" : "Off"}
      {turn.error && (
        <span role="alert" className="bad">
          {turn.error.message}
        </span>
      )}
    </label>
  );
}
