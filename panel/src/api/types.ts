/** The manager's documents by the names that the panel uses. Made from the contract; nothing is written by hand. */
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

export type EventRow = Schemas["EventRow"];
export type EventDetail = Schemas["EventDetail"];
export type EventAnswer = Schemas["EventAnswer"];
export type EventPage = Schemas["EventPage"];
export type EventFacets = Schemas["FacetAnswer"];
export type Facet = Schemas["FacetValue"];
export type LiveEvents = Schemas["LiveEvents"];
export type QuotaWindow = Schemas["QuotaWindowView"];
export type Status = Schemas["StatusDocument"];
/** The part of the status that the live stream repeats. */
export type LiveStatus = Pick<Status, "eventCount" | "collector" | "gaps" | "database">;
export type Collector = Schemas["CollectorDocument"];
export type Database = Schemas["DatabaseDocument"];
export type Gap = Schemas["GapDocument"];
export type Warning = Schemas["WarningDocument"];
export type DeadLetter = Schemas["DeadLetterView"];
export type ServiceInfo = Schemas["ServiceInfo"];
export type Session = Schemas["SessionView"];
export type SetupRequest = Schemas["SetupRequest"];
export type SetupAnswer = Schemas["SetupAnswer"];
export type ConnectionCheck = Schemas["ConnectionCheck"];
export type ConnectionTestAnswer = Schemas["ConnectionTestAnswer"];

type EventParameters = NonNullable<paths["/api/v1/events"]["get"]["parameters"]["query"]>;

/** The filters that `GET /api/v1/events` knows. */
export type EventQuery = {
  [Name in Exclude<keyof EventParameters, "limit" | "before" | "after">]?: EventParameters[Name] | undefined;
};
