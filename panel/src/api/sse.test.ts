import { describe, expect, it } from "vitest";
import { MAX_MESSAGE_CHARS, StreamParser } from "./sse";

const STREAM =
  ': hello\n\nevent: events\nid: 41\ndata: {"items":[],\ndata: "skipped":0}\n\ndata:plain\r\n\r\nevent: status\rdata: {}\r\rid\n\nevent: lost\n\n';
const WANTED = [
  { event: "events", id: "41", data: '{"items":[],\n"skipped":0}' },
  { event: "message", id: "41", data: "plain" },
  { event: "status", id: "41", data: "{}" },
];

describe("the stream parser", () => {
  it("finds the messages in one piece", () => {
    expect(new StreamParser().push(STREAM)).toEqual(WANTED);
  });

  it("finds the same messages however the text is cut", () => {
    for (let size = 1; size < 20; size += 1) {
      const parser = new StreamParser();
      const found = [];
      for (let at = 0; at < STREAM.length; at += size) found.push(...parser.push(STREAM.slice(at, at + size)));
      expect(found, `pieces of ${size}`).toEqual(WANTED);
    }
  });

  it("keeps an unfinished message back", () => {
    const parser = new StreamParser();
    expect(parser.push("data: a\n")).toEqual([]);
    expect(parser.push("\n")).toEqual([{ event: "message", id: null, data: "a" }]);
  });

  it("refuses a message without an end", () => {
    const parser = new StreamParser();
    expect(() => parser.push(`data: ${"x".repeat(MAX_MESSAGE_CHARS + 1)}`)).toThrow("too large");
  });
});
