/** One message of a `text/event-stream`. */
export interface StreamMessage {
  event: string;
  data: string;
  /** The last id that the stream has named so far. */
  id: string | null;
}

/** A message larger than this is not believed; the stream is cut and begun again. */
export const MAX_MESSAGE_CHARS = 8_000_000;

/** Takes a `text/event-stream` apart, however the network cuts it. Comments count as signs of life only. */
export class StreamParser {
  private rest = "";
  private event = "";
  private data: string[] = [];
  private id: string | null = null;
  private size = 0;
  private skipLineFeed = false;

  /** Adds text and returns the messages that it completed. */
  push(text: string): StreamMessage[] {
    const messages: StreamMessage[] = [];
    let chunk = this.rest + text;
    if (this.skipLineFeed && chunk.startsWith("\n")) chunk = chunk.slice(1);
    if (chunk !== "") this.skipLineFeed = false;
    let from = 0;
    for (;;) {
      const end = nextBreak(chunk, from);
      if (end < 0) break;
      const line = chunk.slice(from, end);
      from = end + 1;
      if (chunk[end] === "\r") {
        if (from >= chunk.length) this.skipLineFeed = true;
        else if (chunk[from] === "\n") from += 1;
      }
      const message = this.line(line);
      if (message) messages.push(message);
    }
    this.rest = chunk.slice(from);
    if (this.size + this.rest.length > MAX_MESSAGE_CHARS) throw new Error("a message of the live stream is too large");
    return messages;
  }

  private line(line: string): StreamMessage | null {
    if (line === "") {
      const { event, data } = this;
      this.event = "";
      this.data = [];
      this.size = 0;
      return data.length > 0 ? { event: event || "message", data: data.join("\n"), id: this.id } : null;
    }
    if (line.startsWith(":")) return null;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    this.size += value.length;
    if (field === "event") this.event = value;
    else if (field === "data") this.data.push(value);
    else if (field === "id" && !value.includes("\0")) this.id = value;
    return null;
  }
}

function nextBreak(text: string, from: number): number {
  const feed = text.indexOf("\n", from);
  const ret = text.indexOf("\r", from);
  if (feed < 0) return ret;
  return ret < 0 ? feed : Math.min(feed, ret);
}
