import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/queries";
import { HostedByGateway } from "./app/hosted-by-gateway";
import { router } from "./app/router";
import { startTheme } from "./app/theme";
import { I18nProvider, useI18n } from "./i18n";
import { ToastProvider } from "./ui/toast";
import { TooltipProvider } from "./ui/tooltip";
import "./ui/base.css";

startTheme();

/** The manager inserts this tag; without it the page is a file that CPA hosts. */
function servedByManager(): boolean {
  return document.querySelector<HTMLMetaElement>('meta[name="cpamp-mode"]')?.content === "full" || import.meta.env.DEV;
}

function Root() {
  const { t } = useI18n();
  return (
    <TooltipProvider>
      <ToastProvider closeLabel={t("action.close")}>
        {servedByManager() ? <RouterProvider router={router} /> : <HostedByGateway />}
      </ToastProvider>
    </TooltipProvider>
  );
}

function start(): void {
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <I18nProvider>
          <Root />
        </I18nProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
