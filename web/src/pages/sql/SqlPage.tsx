import { useView } from "../shell/useView";
import { SqlConsole } from "./SqlConsole";

/** Whatever no page shows, asked in SQL. */
export function SqlPage() {
  const { project } = useView();
  return <SqlConsole key={project} project={project} />;
}
