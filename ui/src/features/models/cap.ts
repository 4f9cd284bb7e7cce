import type { Cap } from "../../parts/capped";

/** No path, address or key is longer; what is cut off shows at once when it is tried. */
export const cap: Cap = { limit: 4096, onCapped: () => undefined };
