import { useQuery } from "@tanstack/react-query";
import { newestTraceQuery } from "../../api/traces";
import { FirstTrace } from "../overview/FirstTrace";
import { useView } from "../shell/useView";
import { LiveFeed } from "./LiveFeed";

/** What happens now, across all processes that send. */
export function LivePage() {
  const view = useView();
  const newest = useQuery({
    ...newestTraceQuery(view.project),
    // The first trace of an empty project turns this page into the feed.
    refetchInterval: ({ state }) => (state.data === null ? 2000 : false),
  });
  if (newest.data === null) return <FirstTrace project={view.project} />;
  // Another filter is another feed.
  return <LiveFeed key={`${view.project} ${view.filterText}`} view={view} />;
}
