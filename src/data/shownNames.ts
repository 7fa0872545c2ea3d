/** Names from a file as they stand in a message: on one line, and never longer than a reader can take. */

/** Without control characters, at most 80 characters. */
export function shownName(name: string): string {
  const start = name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name;
  return start.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu, "�");
}

/** The first 20, and how many more there are. */
export function listed(items: readonly string[]): string {
  const more = items.length - mostListed;
  return (more > 0 ? [...items.slice(0, mostListed), `and ${more} more`] : items).join(", ");
}

const longestName = 80;
export const mostListed = 20;
