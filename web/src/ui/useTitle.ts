import { useEffect } from "react";

/** The title of the browser's tab while the component is shown: from the nearest to the widest. */
export function useTitle(...parts: readonly string[]): void {
  const title = [...parts, "Clearspan"].join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}
