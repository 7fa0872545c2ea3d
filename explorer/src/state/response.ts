/** What a change led to on the page, for tests and for whoever looks with the browser's tools. */
export interface Response {
  /** From the change to the paint that shows what came of it. */
  readonly milliseconds: number;
  /** By the page's clock: no two are the same. */
  readonly at: number;
}

/** Tells when the next paint is done, of a change that came at `begun`. */
export function whenPainted(begun: number, tell: (response: Response) => void): void {
  requestAnimationFrame(() =>
    setTimeout(() => {
      const at = performance.now();
      tell({ milliseconds: at - begun, at });
    }),
  );
}
