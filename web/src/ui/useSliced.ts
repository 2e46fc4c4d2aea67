import { useEffect, useState } from "react";
import type { Work } from "../model/slices";

/** How long it goes on without a pause. */
const SLICE_MS = 8;

interface Made<Result> {
  begin: (() => Work<Result>) | null;
  result: Result | null;
}

/**
 * What a work comes to, done in slices so that nothing freezes; it begins anew with another `begin`, which must be
 * stable. While it is under way, `isLate` is true and the result that of the work before, null at first.
 */
export function useSliced<Result>(begin: (() => Work<Result>) | null) {
  const [made, setMade] = useState<Made<Result>>({ begin: null, result: null });
  useEffect(() => {
    if (!begin) return;
    const work = begin();
    const go = () => {
      const begunMs = performance.now();
      while (performance.now() - begunMs < SLICE_MS) {
        const { done, value } = work.next();
        if (done) {
          setMade({ begin, result: value });
          return;
        }
      }
      timer = setTimeout(go);
    };
    let timer = setTimeout(go);
    return () => clearTimeout(timer);
  }, [begin]);
  return { result: made.result, isLate: made.begin !== begin };
}
