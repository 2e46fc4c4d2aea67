import { type SyntheticEvent, useState } from "react";

/** Whether a `details` was ever opened: what is in it is asked for then. */
export function useOpened() {
  const [isOpen, setOpen] = useState(false);
  return {
    isOpen,
    onToggle: (event: SyntheticEvent<HTMLDetailsElement>) => {
      if (event.currentTarget.open) setOpen(true);
    },
  };
}
