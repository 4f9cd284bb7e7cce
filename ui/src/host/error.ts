import type { ErrorDto } from "../wire/bindings";

/** What a rejected call brought, as an error with a code. A denial by the shell is a plain string. */
export function asError(reason: unknown): ErrorDto {
  if (typeof reason === "object" && reason !== null && "code" in reason) {
    const { code, values, detail } = reason as Partial<ErrorDto>;
    if (typeof code === "string") {
      return { code, values: values ?? {}, detail: typeof detail === "string" ? detail : null };
    }
  }
  const detail =
    reason instanceof Error ? reason.message : typeof reason === "string" ? reason : String(reason);
  return { code: "internal", values: {}, detail };
}
