import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { infoQuery } from "../api/queries";
import type { ServiceInfo } from "../api/types";
import { type Key, useI18n } from "../i18n";
import { Empty, Panel } from "../ui/panel";

/** Who serves this page: the manager, or CPA itself. */
export type HostingMode = "full" | "lightweight";

/** The manager inserts this tag; without it the page is a file that CPA hosts. */
export function hostingMode(): HostingMode {
  const tag = document.querySelector<HTMLMetaElement>('meta[name="cpamp-mode"]');
  return tag?.content === "full" || import.meta.env.DEV ? "full" : "lightweight";
}

/** Parts of the product that are not everywhere. */
export type Feature =
  /** The manager's own state and settings. */
  | "manager"
  /** Stored requests. They stay readable without a connected gateway. */
  | "history"
  /** Management calls to CPA, through the manager or directly. */
  | "gateway";

export type Gate =
  | { open: true }
  | { open: false; reason: "checking" | "needsManager" | "unreachable" | "notConfigured" };

/** Whether a feature is there, and if not, why. */
export function gateOf(feature: Feature, mode: HostingMode, info: ServiceInfo | undefined, failed: boolean): Gate {
  if (mode === "lightweight") return feature === "gateway" ? { open: true } : { open: false, reason: "needsManager" };
  if (!info) return { open: false, reason: failed ? "unreachable" : "checking" };
  if (feature === "gateway" && !info.configured) return { open: false, reason: "notConfigured" };
  return { open: true };
}

export function useGate(feature: Feature | undefined): Gate {
  const mode = hostingMode();
  const { data, isError } = useQuery({ ...infoQuery, enabled: mode === "full" });
  return feature === undefined ? { open: true } : gateOf(feature, mode, data, isError);
}

/** Which features are there, for lists of pages. While the manager is asked, nothing is taken away. */
export function useListed(): (feature: Feature | undefined) => boolean {
  const mode = hostingMode();
  const { data, isError } = useQuery({ ...infoQuery, enabled: mode === "full" });
  return (feature) => {
    if (feature === undefined) return true;
    const gate = gateOf(feature, mode, data, isError);
    return gate.open || gate.reason === "checking" || gate.reason === "unreachable";
  };
}

const REASONS: Record<Exclude<Gate, { open: true }>["reason"], { title: Key; text: Key }> = {
  checking: { title: "gate.checking", text: "gate.checkingText" },
  needsManager: { title: "gate.needsManager", text: "gate.needsManagerText" },
  unreachable: { title: "gate.unreachable", text: "gate.unreachableText" },
  notConfigured: { title: "gate.notConfigured", text: "gate.notConfiguredText" },
};

/** Shows its content where the feature is there, else why it is not. */
export function Gated({ feature, title, children }: { feature: Feature; title: string; children: ReactNode }) {
  const { t } = useI18n();
  const gate = useGate(feature);
  if (gate.open) return children;
  const words = REASONS[gate.reason];
  return (
    <Panel title={title}>
      <Empty title={t(words.title)}>{t(words.text)}</Empty>
    </Panel>
  );
}
