import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createShare, type ShareRequest } from "../../api/shares";
import { Button } from "../../ui/Button";
import { CodeBlock } from "../../ui/CodeBlock";
import { Dialog } from "../../ui/Dialog";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";

interface ShareFormProps {
  project: string;
  traceId: string;
  onClose: () => void;
}

const LIVES = [
  { name: "in an hour", seconds: 3600 },
  { name: "tomorrow", seconds: 86_400 },
  { name: "in 7 days", seconds: 7 * 86_400 },
  { name: "in 30 days", seconds: 30 * 86_400 },
  { name: "in 90 days", seconds: 90 * 86_400 },
] as const;

/** Makes a link to a trace, and shows it this once. */
export function ShareForm({ project, traceId, onClose }: ShareFormProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [wanted, setWanted] = useState<ShareRequest>({ expires_s: 7 * 86_400, has_texts: false });
  const create = useMutation({
    mutationFn: () => createShare(project, traceId, wanted, csrf),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["shares", project] }),
  });
  if (create.data) {
    return <Shown link={`${location.origin}/share#${create.data.token}`} onClose={onClose} />;
  }
  return (
    <FormDialog
      title="Share this trace"
      action={create.isPending ? "Creating" : "Create a link"}
      problem={create.error?.message}
      isBusy={create.isPending}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <p>Whoever has the link can read this trace without signing in, and nothing else.</p>
      <fieldset>
        <label>
          Ends
          <select
            value={wanted.expires_s}
            onChange={(event) => setWanted({ ...wanted, expires_s: Number(event.target.value) })}
          >
            {LIVES.map(({ name, seconds }) => (
              <option key={name} value={seconds}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </fieldset>
      <fieldset className="form-lines">
        <legend>It shows</legend>
        <label>
          <input
            type="checkbox"
            checked={wanted.has_texts}
            onChange={(event) => setWanted({ ...wanted, has_texts: event.target.checked })}
          />
          <span>
            <b>what was said</b> by people, models and tools, and whose it was; without, only steps,
            times, tokens and cost
          </span>
        </label>
      </fieldset>
    </FormDialog>
  );
}

function Shown({ link, onClose }: { link: string; onClose: () => void }) {
  return (
    <Dialog label="The link" onClose={onClose}>
      <div className="form-dialog">
        <h2>The link</h2>
        <p>It is shown this once. Settings, Links ends it at any time.</p>
        <CodeBlock code={link} wrap />
        <footer>
          <Button variant="primary" onClick={onClose}>
            I have it
          </Button>
        </footer>
      </div>
    </Dialog>
  );
}
