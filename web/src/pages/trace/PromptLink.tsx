import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { keptPromptQuery } from "../../api/prompts";
import "./PromptLink.css";

interface PromptLinkProps {
  name: string;
  /** "" where the span does not tell. */
  version: string;
}

/** The prompt that a span names; it leads to the page of one that is kept here. */
export function PromptLink({ name, version }: PromptLinkProps) {
  const { project } = useParams({ from: "/p/$project" });
  const kept = useQuery(keptPromptQuery(project, name)).data;
  const shown = version === "" ? name : `${name}@${version}`;
  if (!kept) {
    return (
      <span className="prompt-link cut" title={shown}>
        {shown}
      </span>
    );
  }
  const isKept = kept.versions.some((one) => String(one) === version);
  return (
    <Link
      to="/p/$project/prompts/$name"
      params={{ project, name }}
      search={({ range = "", live = "" }) => ({
        range,
        live,
        ...(isKept ? { version } : {}),
      })}
      className="prompt-link cut"
      title={`Prompt ${shown}`}
    >
      {shown}
    </Link>
  );
}
