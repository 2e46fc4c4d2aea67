import { Button } from "../../ui/Button";
import { THEMES, useTheme } from "../../ui/useTheme";

const ICONS = { light: "sun", dark: "moon", system: "screen" } as const;

/** Light, dark, as the system: one button that goes round. */
export function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  return (
    <Button
      icon={ICONS[theme]}
      aria-label={`Theme: ${theme}. Switch to ${next}`}
      title={`Theme: ${theme}`}
      onClick={() => setTheme(next)}
    />
  );
}
