import type { KeyCreated } from "../../api/keys";
import { Button } from "../../ui/Button";
import { CodeBlock } from "../../ui/CodeBlock";
import { Dialog } from "../../ui/Dialog";
import "../../ui/FormDialog.css";

interface KeyShownProps {
  created: KeyCreated;
  onClose: () => void;
}

/** The whole key, which can be seen now and never again. */
export function KeyShown({ created, onClose }: KeyShownProps) {
  return (
    <Dialog label="The key" onClose={onClose}>
      <div className="form-dialog">
        <h2>The key</h2>
        <p>
          It is shown this once. Of <b>{created.row.project}</b>, for{" "}
          <b>{created.row.scopes.join(", ")}</b>.
        </p>
        <CodeBlock code={created.key} wrap />
        <footer>
          <Button variant="primary" onClick={onClose}>
            I have it
          </Button>
        </footer>
      </div>
    </Dialog>
  );
}
