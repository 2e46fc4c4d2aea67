import { useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { projectsQuery } from "../api/projects";
import { newestTraceQuery } from "../api/traces";
import { useStored } from "../ui/useStored";

/**
 * Leads to the project looked at last; before there is one, to `default` or, if that is empty, to
 * the demo. The demo gives way to the first real trace.
 */
export function Home() {
  const [last] = useStored("project", "");
  const projects = useQuery(projectsQuery);
  const newest = useQuery(newestTraceQuery("default"));
  if (projects.isPending || newest.isPending) return null;

  const known = projects.data ?? [];
  const demo = known.find((project) => project.demo);
  const fallback = newest.data || !demo ? "default" : demo.id;
  const isLastKnown = known.some(({ id, demo: isDemo }) => id === last && !isDemo);
  const project = isLastKnown ? last : fallback;
  // The demo has just begun: an hour would be a sliver at the right of an empty chart.
  const search = project === demo?.id ? { range: "15m" } : {};
  return <Navigate to="/p/$project/overview" params={{ project }} search={search} replace />;
}
