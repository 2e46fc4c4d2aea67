import { useParams } from "@tanstack/react-router";
import { useSession } from "../useSession";
import { MaskedDays } from "./MaskedDays";
import { RedactionRulesForm } from "./RedactionRulesForm";
import { RedactionTry } from "./RedactionTry";
import { Rescans } from "./Rescans";
import { Tab } from "./Tab";
import "./RedactionTab.css";

/** What is kept of texts: the rules, a try, what was masked, and what is stored read once more. */
export function RedactionTab() {
  const { project } = useParams({ from: "/p/$project" });
  const { isAdmin } = useSession();
  return (
    <Tab
      title="Redaction"
      note="Personal data and secrets are replaced before anything is written. Secrets always are; the rest is up to each project."
    >
      {isAdmin && <RedactionRulesForm key={project} project={project} />}
      <RedactionTry project={project} />
      <MaskedDays project={project} />
      <Rescans key={`rescans of ${project}`} project={project} />
    </Tab>
  );
}
