/** Third powers of what lies within neither overflow nor vanish. */
const harmless = { least: 2 ** -300, most: 2 ** 300 };

/** Throws a RangeError that says what to do where `what` of `name`, which is not 0, lies outside 2^±300 or is no number. */
export function requireHarmless(name: string, what: string, value: number, advice: string): void {
  if (value >= harmless.least && value <= harmless.most) return;
  throw new RangeError(`${name}: expected ${what} between 2^-300 and 2^300, got ${value}; ${advice}`);
}
