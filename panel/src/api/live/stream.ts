import { PANEL_HEADER } from "../client";
import { errorOf } from "../errors";
import { StreamParser } from "../sse";
import type { LiveEvents, LiveStatus } from "../types";
import { type OpenStream, SignedOut } from "./hub";

/** Reads `GET /api/v1/events/stream` with fetch, so that a refusal has a status and a text. */
export const openStream: OpenStream = async (afterId, handlers, signal) => {
  const response = await fetch("/api/v1/events/stream", {
    credentials: "same-origin",
    cache: "no-store",
    headers: {
      Accept: "text/event-stream",
      ...PANEL_HEADER,
      ...(afterId === null ? {} : { "Last-Event-ID": String(afterId) }),
    },
    signal,
  });
  if (response.status === 401) throw new SignedOut("signed out");
  if (!response.ok || !response.body) {
    const body: unknown = await response.json().catch(() => undefined);
    throw errorOf(response.status, body, response.headers);
  }
  handlers.onOpen();
  const parser = new StreamParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    handlers.onAlive();
    for (const message of parser.push(value)) {
      const id = message.id === null || !/^\d+$/.test(message.id) ? null : Number(message.id);
      if (message.event === "events") handlers.onEvents(JSON.parse(message.data) as LiveEvents, id);
      else if (message.event === "status") handlers.onStatus(JSON.parse(message.data) as LiveStatus);
      else if (message.event === "generation") handlers.onGeneration(generationOf(message.data));
    }
  }
};

/** The number alone, or in an object; what it counts does not matter, only that it moved. */
function generationOf(data: string): number {
  const found: unknown = JSON.parse(data);
  const value = typeof found === "object" && found !== null ? (found as { generation?: unknown }).generation : found;
  return typeof value === "number" ? value : 0;
}
