import { useState } from "react";

/** State of this browser alone (a width, a folded rail), kept where storage is allowed. */
export function useStored(name: string, initial: string): [string, (value: string) => void] {
  const key = `clearspan.${name}`;
  const [value, setValue] = useState(() => read(key) ?? initial);
  const store = (next: string) => {
    setValue(next);
    try {
      localStorage.setItem(key, next);
    } catch {
      // Storage may be forbidden; then the choice lasts as long as the page.
    }
  };
  return [value, store];
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
