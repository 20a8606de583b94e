/** Server-sent events from a byte stream, so that a silent connection is noticed: comments count as signs of life. */

export interface StreamEvent {
  event: string;
  data: string;
}

/** Feed text in any pieces; get whole events. Lines end with LF, CR or CRLF. */
export class EventParser {
  #rest = "";
  #event = "";
  #data: string[] = [];

  push(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    const buffer = this.#rest + text;
    // A CR at the very end may be half of a CRLF: it waits for the next piece.
    const whole = buffer.endsWith("\r") ? buffer.slice(0, -1) : buffer;
    const lines = whole.split(/\r\n|\r|\n/);
    this.#rest = (lines.pop() ?? "") + buffer.slice(whole.length);
    for (const line of lines) {
      const event = this.#line(line);
      if (event !== null) events.push(event);
    }
    return events;
  }

  #line(line: string): StreamEvent | null {
    if (line === "") {
      const event = { event: this.#event === "" ? "message" : this.#event, data: this.#data.join("\n") };
      const isEmpty = this.#data.length === 0;
      this.#event = "";
      this.#data = [];
      return isEmpty ? null : event;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    if (field === "data") this.#data.push(value);
    return null;
  }
}
