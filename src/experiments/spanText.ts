/** "0.61 to 1.5": least and largest of some numbers, two digits each; "not known" of none. */
export function spanText(values: readonly number[]): string {
  if (values.length === 0) return "not known";
  const [least, most] = [short(Math.min(...values)), short(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
}

/** Two digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}
