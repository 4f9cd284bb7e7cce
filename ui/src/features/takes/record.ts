/** The parts of a request that people read. */
export interface Message {
  role: string;
  content: string;
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content))
    return content
      .map((part) =>
        typeof part === "string" ? part : ((part as { text?: unknown } | null)?.text ?? ""),
      )
      .join("");
  return "";
}

/** The prompt in a request, whatever shape the adapter gave it. Empty when there is none to find. */
export function messagesOf(request: string): Message[] {
  try {
    const whole: unknown = JSON.parse(request);
    if (typeof whole !== "object" || whole === null) return [];
    const { messages, prompt } = whole as { messages?: unknown; prompt?: unknown };
    if (Array.isArray(messages)) return fromList(messages);
    if (typeof prompt === "string") return [{ role: "user", content: prompt }];
    if (typeof prompt === "object" && prompt !== null) {
      const inner = Array.isArray(prompt)
        ? prompt
        : Object.values(prompt).find((value) => Array.isArray(value));
      if (Array.isArray(inner)) return fromList(inner);
      const text = Object.values(prompt).find((value) => typeof value === "string");
      if (typeof text === "string") return [{ role: "user", content: text }];
    }
    return [];
  } catch {
    return [];
  }
}

function fromList(list: unknown[]): Message[] {
  return list.flatMap((one) => {
    if (typeof one !== "object" || one === null) return [];
    const { role, content, text } = one as { role?: unknown; content?: unknown; text?: unknown };
    const words = textOf(content ?? text);
    return typeof role === "string" && words ? [{ role: role.toLowerCase(), content: words }] : [];
  });
}

/** A request with its lines broken, as far as it is JSON. */
export function pretty(request: string): string {
  try {
    return JSON.stringify(JSON.parse(request), null, 2);
  } catch {
    return request;
  }
}
