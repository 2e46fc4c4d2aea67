import { useQueryClient } from "@tanstack/react-query";
import { ApiError } from "../../api/client";
import type { DashboardDocument } from "../../model/dashboard";
import { Button } from "../../ui/Button";
import { exportDocument } from "./exportDocument";
import { useCopy } from "./useCopy";

interface SaveTroubleProps {
  error: Error;
  document: DashboardDocument;
  project: string;
  onLeave: () => void;
}

/** Why it was not saved; where somebody else was first, what can be done with both. */
export function SaveTrouble({ error, document, project, onLeave }: SaveTroubleProps) {
  const queries = useQueryClient();
  const copy = useCopy(project);
  const isConflict = error instanceof ApiError && error.code === "conflict";
  return (
    <div className="save-trouble" role="alert">
      <p>{copy.error?.message ?? error.message}</p>
      {isConflict && (
        <>
          <Button
            variant="outlined"
            onClick={() => {
              void queries.invalidateQueries({ queryKey: ["dashboard", project] });
              onLeave();
            }}
          >
            Show theirs
          </Button>
          <Button
            variant="outlined"
            onClick={() =>
              copy.mutate({
                document: { ...document, name: `${document.name} (mine)` },
                isEdited: false,
              })
            }
          >
            Save mine as a copy
          </Button>
        </>
      )}
      <Button icon="export" onClick={() => exportDocument(document)}>
        Export mine
      </Button>
    </div>
  );
}
