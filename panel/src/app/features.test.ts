import { describe, expect, it } from "vitest";
import type { ServiceInfo } from "../api/types";
import { gateOf } from "./features";

const info = (configured: boolean) => ({ configured }) as ServiceInfo;

describe("what is there in which hosting mode", () => {
  it("leaves a page that CPA hosts without history and without the manager", () => {
    expect(gateOf("history", "lightweight", undefined, false)).toEqual({ open: false, reason: "needsManager" });
    expect(gateOf("manager", "lightweight", info(true), false)).toEqual({ open: false, reason: "needsManager" });
    expect(gateOf("gateway", "lightweight", undefined, false)).toEqual({ open: true });
  });

  it("keeps history open without a gateway, but not the gateway's own pages", () => {
    expect(gateOf("history", "full", info(false), false)).toEqual({ open: true });
    expect(gateOf("gateway", "full", info(false), false)).toEqual({ open: false, reason: "notConfigured" });
    expect(gateOf("gateway", "full", info(true), false)).toEqual({ open: true });
  });

  it("says whether the manager was asked", () => {
    expect(gateOf("manager", "full", undefined, false)).toEqual({ open: false, reason: "checking" });
    expect(gateOf("manager", "full", undefined, true)).toEqual({ open: false, reason: "unreachable" });
  });
});
