import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createScrape } from "../../api/scrapes";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";

/** Names an endpoint to read. */
export function ScrapeForm({ project, onClose }: { project: string; onClose: () => void }) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [url, setUrl] = useState("");
  const [service, setService] = useState("");
  const [seconds, setSeconds] = useState("15");
  const store = useMutation({
    mutationFn: () =>
      createScrape(project, { url: url.trim(), service, interval_s: Number(seconds) }, csrf),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["scrapes", project] });
      onClose();
    },
  });
  return (
    <FormDialog
      title="New endpoint"
      action="Read it"
      problem={store.error?.message}
      isBusy={store.isPending}
      onSubmit={() => store.mutate()}
      onClose={onClose}
    >
      <label>
        Address, as this server reaches it
        <input
          className="mono"
          type="url"
          required
          maxLength={2000}
          placeholder="http://10.0.0.7:8000/metrics"
          value={url}
          onChange={(event) => setUrl(event.target.value)}
        />
      </label>
      <label>
        Service that its metrics belong to
        <input
          required
          maxLength={200}
          placeholder="vllm"
          value={service}
          onChange={(event) => setService(event.target.value)}
        />
      </label>
      <label>
        Seconds between two readings
        <input
          type="number"
          required
          min={5}
          max={3600}
          value={seconds}
          onChange={(event) => setSeconds(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}
