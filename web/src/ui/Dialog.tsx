import { type ReactNode, useEffect, useRef } from "react";
import "./Dialog.css";

interface DialogProps {
  label: string;
  onClose: () => void;
  /** For what is read rather than filled in. */
  isWide?: boolean;
  children: ReactNode;
}

/** A modal dialog; the browser keeps the focus in it and closes it on Esc. */
export function Dialog({ label, onClose, isWide = false, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog || dialog.open) return;
    dialog.showModal();
    dialog.querySelector("input")?.focus();
  }, []);
  return (
    <dialog
      ref={ref}
      className="dialog"
      data-wide={isWide}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => {
        // The dialog's own box is covered by its content: a click on it is one on the veil.
        if (event.target === ref.current) onClose();
      }}
    >
      {children}
    </dialog>
  );
}
