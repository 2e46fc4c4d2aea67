import { useEffect, useEffectEvent } from "react";

type Hotkeys = Record<string, (event: KeyboardEvent) => void>;

/**
 * Listens to the whole page while the component is shown. Keys are those of `KeyboardEvent.key`;
 * `mod+k` is ⌘K or Ctrl K. Silent while something is being written or a dialog is open.
 */
export function useHotkeys(keys: Hotkeys): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const mod = event.metaKey || event.ctrlKey;
    if (event.defaultPrevented || event.altKey) return;
    if (!mod && (isWriting(event.target) || document.querySelector("dialog[open]"))) return;
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

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select"))
  );
}
