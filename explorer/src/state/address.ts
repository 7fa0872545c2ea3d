/** The part of the address that is the explorer's: #view?setting=value&…, which every web server leaves to the page. */
export interface Address {
  readonly view: string;
  readonly parameters: URLSearchParams;
}

export function readAddress(hash: string): Address {
  const [view, ...rest] = hash.replace(/^#/, "").split("?");
  return { view, parameters: new URLSearchParams(rest.join("?")) };
}

export function writeAddress({ view, parameters }: Address): string {
  const settings = parameters.toString();
  return settings === "" ? `#${view}` : `#${view}?${settings}`;
}
