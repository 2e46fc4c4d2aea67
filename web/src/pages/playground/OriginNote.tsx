import { Link } from "@tanstack/react-router";
import type { PlaygroundRequest } from "../../api/playground";
import "./OriginNote.css";

export interface RequestOrigin extends PlaygroundRequest {
  traceId: string;
  spanId: string;
}

/** Whose request it was, and what of it is not known. */
export function OriginNote({ project, origin }: { project: string; origin: RequestOrigin }) {
  const { traceId, spanId, provider, model, missing } = origin;
  const { prompt_name: name, prompt_version: version } = origin;
  return (
    <div className="origin-note">
      <p>
        The request of{" "}
        <Link
          to="/p/$project/traces/$traceId"
          params={{ project, traceId }}
          search={{ span: spanId }}
        >
          this call
        </Link>{" "}
        to {[provider, model].filter(Boolean).join(" / ")}
        {name !== "" && `, of the prompt ${name} ${version}`}.
      </p>
      {missing.length > 0 && (
        <div role="note">
          <b>It is not whole.</b>
          <ul>
            {missing.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
