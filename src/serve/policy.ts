/** Headers that keep what is served among the pages of this server. */
import type { OutgoingHttpHeaders } from "node:http";

const everywhere: OutgoingHttpHeaders = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-frame-options": "DENY",
};

const closed = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Of the explorer: it may ask this server where there are runs to ask for, and no other. */
export function explorerHeaders(connect: "'none'" | "'self'"): OutgoingHttpHeaders {
  return {
    ...everywhere,
    "cache-control": "no-cache",
    "content-security-policy": `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src ${connect}; ${closed}`,
  };
}

/** Of answers and of files that lie in a folder: whatever they hold, no script in them runs and nothing is loaded. */
export const dataHeaders: OutgoingHttpHeaders = {
  ...everywhere,
  "cache-control": "no-store",
  "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; ${closed}`,
};
