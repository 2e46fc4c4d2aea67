import { useEffect } from "react";
import { useMedia } from "./useMedia";
import { useStored } from "./useStored";

export const THEMES = ["light", "dark", "system"] as const;

type Theme = (typeof THEMES)[number];

/** The chosen theme, and how to choose; `/theme.js` applies the same choice before the first paint. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [stored, store] = useStored("theme", "system");
  const systemIsDark = useMedia("(prefers-color-scheme: dark)");
  const theme = THEMES.find((name) => name === stored) ?? "system";
  useEffect(() => {
    const shown = theme === "system" ? (systemIsDark ? "dark" : "light") : theme;
    document.documentElement.dataset.theme = shown;
  }, [theme, systemIsDark]);
  return [theme, store];
}
