import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { DocsPage } from "./pages/docs/DocsPage";
import "./styles/tokens.css";
import "./styles/base.css";

const root = document.getElementById("root");
if (!root) throw new Error("docs.html has no #root");

createRoot(root).render(
  <QueryClientProvider client={new QueryClient()}>
    <DocsPage />
  </QueryClientProvider>,
);
