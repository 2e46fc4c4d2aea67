import { documentFile, type DashboardDocument } from "../../model/dashboard";
import { saveFile } from "../../ui/saveFile";

/** Hands a dashboard to the browser as the file that can be imported. */
export function exportDocument(document: DashboardDocument): void {
  const text = `${JSON.stringify(document, null, 2)}\n`;
  saveFile(new Blob([text], { type: "application/json" }), documentFile(document.name));
}
