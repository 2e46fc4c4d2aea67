/** A removal of what is stored: what it found, in words. */

import { counted, formatShare } from "./format";

interface Facts {
  preview: boolean;
  state: "running" | "done" | "cancelled";
  progress: number;
  counts: Record<string, number>;
}

const NOUNS: Record<string, string> = {
  traces: "trace",
  spans: "span",
  cold_spans: "span in cold storage",
  logs: "log record",
  metrics: "point of metrics",
  scores: "score",
  comments: "comment",
  bookmarks: "bookmark",
  shares: "link",
  media: "file",
  items: "item of datasets",
  datasets: "dataset",
  experiments: "experiment",
  experiment_items: "answer of experiments",
  prompts: "version of prompts",
  prompt_labels: "label of prompts",
  prompt_tags: "set of tags",
  views: "saved view",
  scrape_targets: "target that is read",
  conversations: "conversation",
  messages: "message of conversations",
  bookmark_authors: "name at a bookmark",
  share_authors: "name at a link",
  quarantined: "row in quarantine",
  deliveries: "request of the ledger",
  hours: "hour of sums",
};

/** What counts hold, the traces first; parts of spans and the like are no records of their own to a reader. */
export function describeCounts(counts: Record<string, number>): string {
  const told = Object.entries(NOUNS).flatMap(([name, noun]) => {
    const count = counts[name] ?? 0;
    return count > 0 ? [plural(count, noun)] : [];
  });
  return told.join(", ");
}

/** How far it is, or what went or would go. */
export function describeRemoval(job: Facts): string {
  if (job.state === "running") {
    return `${job.preview ? "Looking" : "Removing"}: ${formatShare(job.progress)} done.`;
  }
  if (job.state === "cancelled") return "Given up before anything was removed.";
  return `${describeGone(job)}${describeCold(job)}`;
}

function describeGone({ preview: isPreview, counts }: Facts): string {
  const what = describeCounts(counts);
  if (what === "") return isPreview ? "Nothing would be removed." : "There was nothing to remove.";
  return isPreview ? `Would remove ${what}.` : `Removed ${what}.`;
}

function describeCold({ preview: isPreview, counts }: Facts): string {
  const spans = counts.to_cold ?? 0;
  if (spans === 0) return "";
  return ` ${isPreview ? "Would move" : "Moved"} ${counted(spans, "span")} into cold storage.`;
}

/** Of `point of metrics` the first word has the plural. */
function plural(count: number, noun: string): string {
  const [, head = noun, tail = ""] = /^(\w+)( (?:of|in) .*)$/.exec(noun) ?? [];
  return counted(count, head) + tail;
}
