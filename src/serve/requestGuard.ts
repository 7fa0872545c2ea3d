import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";

/** Why a request is turned away. */
interface Refusal {
  readonly status: 400 | 403 | 405;
  readonly error: string;
}

/** Says no to what a page of this server would not ask, undefined to the rest. */
export type RequestGuard = (request: IncomingMessage) => Refusal | undefined;

/**
 * Only GET and HEAD; only under the names of this server, so that a foreign site whose name is made to point here (DNS
 * rebinding) reads nothing; and only from this server's pages where the browser says where a request comes from.
 * @param host what the server is bound to
 */
export function guardFor(host: string, port: number): RequestGuard {
  const allowed = new Set(namesFor(host).flatMap((name) => withPort(name, port)));
  return ({ method, headers, url }) => {
    if (method !== "GET" && method !== "HEAD") {
      return { status: 405, error: "expected GET or HEAD: nothing here can be changed" };
    }
    if (!url?.startsWith("/")) return { status: 400, error: "expected a path that begins with /" };
    const asked = headers.host?.toLowerCase();
    if (asked === undefined || !allowed.has(asked)) {
      return { status: 403, error: "expected the address that noisegeo explore has printed" };
    }
    if (headers.origin !== undefined && headers.origin.toLowerCase() !== `http://${asked}`) {
      return { status: 403, error: "expected a page of this server to ask" };
    }
    return undefined;
  };
}

const loopback = ["localhost", "127.0.0.1", "[::1]"];

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** A host as it stands in an address. */
export function inAddress(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

function namesFor(host: string): readonly string[] {
  const names = [...loopback, inAddress(host).toLowerCase()];
  if (host !== "0.0.0.0" && host !== "::") return names;
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  return [...names, hostname().toLowerCase(), ...addresses.map(({ address }) => inAddress(address))];
}

function withPort(name: string, port: number): readonly string[] {
  return port === 80 ? [name, `${name}:80`] : [`${name}:${port}`];
}
