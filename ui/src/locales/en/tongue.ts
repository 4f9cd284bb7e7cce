import checks from "../../../../assets/locales/en/checks.json";
import errors from "../../../../assets/locales/en/errors.json";
import type { Tongue } from "../messages";

const files = import.meta.glob<Record<string, string>>("./*.json", {
  eager: true,
  import: "default",
});

export default { files, errors, checks } satisfies Tongue;
