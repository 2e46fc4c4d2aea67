import { useEffect, useEffectEvent } from "react";

type Hotkeys = Record<string, (event: KeyboardEvent) => void>;

/**
 * Listens to the whole page while the component is shown. Keys are those of `KeyboardEvent.key`;
 * `mod+k` is ⌘K or Ctrl K. Silent while something is being written, or a dialog or a menu is open;
 * Enter and Space on a button or link are the button's.
 */
export function useHotkeys(keys: Hotkeys): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const mod = event.metaKey || event.ctrlKey;
    if (event.defaultPrevented || event.altKey || (!mod && isBusy(event))) return;
    const handler = keys[mod ? `mod+${event.key.toLowerCase()}` : event.key];
    if (!handler) return;
    event.preventDefault();
    handler(event);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}

/** Whether the key means something to what has the focus. */
function isBusy(event: KeyboardEvent): boolean {
  const { key } = event;
  // Of what is in a shadow tree the page is told only whose tree it is.
  const [target = event.target] = event.composedPath();
  if (isWriting(target) || document.querySelector("dialog[open]") !== null) return true;
  return (key === "Enter" || key === " ") && isControl(target);
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches("textarea, select, input:not([type=checkbox], [type=range])") ||
      target.closest("[role=menu], [role=dialog]") !== null)
  );
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("button, a, summary");
}
