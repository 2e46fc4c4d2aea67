import { useEffect, useState } from "react";

const PAUSE_MS = 250;

/** What is typed, once nobody has typed for a moment; until then what it was before. */
export function useCalm(text: string): string {
  const [calm, setCalm] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return calm;
}
