import { InvalidArgumentError } from "commander";

const units: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** A commander parser: "500M", "2G", "1.5G". */
export function memorySize(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([KMGT])$/.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (units[unit ?? ""] ?? Number.NaN));
  if (!(bytes >= 1 && Number.isSafeInteger(bytes))) {
    throw new InvalidArgumentError("expected a size such as 500M or 2G");
  }
  return bytes;
}

/** "1.5G" */
export function shownSize(bytes: number): string {
  const unit = ["T", "G", "M"].find((name) => bytes >= units[name]) ?? "K";
  return `${Number((bytes / units[unit]).toPrecision(3))}${unit}`;
}
