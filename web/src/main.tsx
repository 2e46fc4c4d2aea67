import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { isPassing, presentToken } from "./api/client";
import { Gate } from "./pages/Gate";
import { router } from "./router";
import "./styles/tokens.css";
import "./styles/base.css";

const SharedPage = lazy(() =>
  import("./pages/shared/SharedPage").then((module) => ({ default: module.SharedPage })),
);

const MAX_RETRIES = 2;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      // An answer that says no will say no again, and an error that was met is met again.
      retry: (failures, error) => failures < MAX_RETRIES && isPassing(error),
    },
  },
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

const isShared = location.pathname === "/share";
if (isShared) {
  presentToken(location.hash.slice(1));
  // Another link in the same tab.
  addEventListener("hashchange", () => location.reload());
} else {
  // The scripts of the page are on their way while the server says who is asking.
  void router.load();
}

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      {isShared ? (
        <Suspense>
          <SharedPage />
        </Suspense>
      ) : (
        <Gate>
          <RouterProvider router={router} />
        </Gate>
      )}
    </QueryClientProvider>
  </StrictMode>,
);
