import type { ReactNode } from "react";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import "./Fields.css";
import "./FormDialog.css";

interface FormDialogProps {
  title: string;
  /** The verb on the button. */
  action: string;
  /** What went wrong, said beside the buttons. */
  problem?: string | undefined;
  isBusy?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A form in a dialog: what is asked, what went wrong, and two buttons. */
export function FormDialog(props: FormDialogProps) {
  const { title, action, problem, isBusy = false, onSubmit, onClose, children } = props;
  return (
    <Dialog label={title} onClose={onClose}>
      <form
        className="form-dialog fields"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <h2>{title}</h2>
        {children}
        <footer>
          <p role="alert">{problem}</p>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={isBusy}>
            {action}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
