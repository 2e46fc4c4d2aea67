import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { newestTraceQuery } from "../../api/traces";
import { Segments } from "../../ui/Segments";
import { FirstTrace } from "../overview/FirstTrace";
import { useView } from "../shell/useView";
import { LiveFeed } from "./LiveFeed";
import { LogFeed } from "./LogFeed";

const FEEDS = ["traces", "logs"] as const;
const NAMES = { traces: "Traces", logs: "Logs" } as const;

/** What happens now, across all processes that send. */
export function LivePage() {
  const view = useView();
  const { tab } = useSearch({ from: "/p/$project/live" });
  const navigate = useNavigate({ from: "/p/$project/live" });
  const shown = FEEDS.find((feed) => feed === tab) ?? "traces";
  const newest = useQuery({
    ...newestTraceQuery(view.project),
    // The first trace of an empty project turns this page into the feed.
    refetchInterval: ({ state }) => (state.data === null ? 2000 : false),
  });
  const tabs = (
    <Segments
      label="What is shown"
      choices={FEEDS}
      chosen={shown}
      nameOf={(feed) => NAMES[feed]}
      onChoose={(feed) =>
        void navigate({ search: (before) => ({ ...before, tab: feed === "traces" ? "" : feed }) })
      }
    />
  );
  // Another filter is another feed.
  const key = `${view.project} ${view.filterText}`;
  if (shown === "logs") return <LogFeed key={key} view={view} tabs={tabs} />;
  if (newest.data === null) return <FirstTrace project={view.project} />;
  return <LiveFeed key={key} view={view} tabs={tabs} />;
}
