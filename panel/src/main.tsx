import "./features/dashboard/dawn";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startHosted } from "./api/direct";
import { infoQuery, queryClient, sessionQuery } from "./api/queries";
import { endBoot } from "./app/boot";
import { hostingMode } from "./app/features";
import { router } from "./app/router";
import { startTheme } from "./app/theme";
import { GatewayApp } from "./features/gateway/app";
import { I18nProvider, useI18n } from "./i18n";
import { ConfirmProvider } from "./ui/confirm";
import { ToastProvider } from "./ui/toast";
import { TooltipProvider } from "./ui/tooltip";
import "./ui/base.css";

startTheme();

// The router asks both, one after the other; by then the answers are on their way.
if (hostingMode() === "full") {
  void queryClient.prefetchQuery(sessionQuery);
  void queryClient.prefetchQuery(infoQuery);
} else startHosted();

function Root() {
  const { t } = useI18n();
  return (
    <TooltipProvider>
      <ToastProvider closeLabel={t("action.close")}>
        <ConfirmProvider>
          {hostingMode() === "full" ? <RouterProvider router={router} /> : <GatewayApp />}
        </ConfirmProvider>
      </ToastProvider>
    </TooltipProvider>
  );
}

function start(): void {
  const root = document.getElementById("root");
  if (!root) return;
  endBoot(root);
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

start();
