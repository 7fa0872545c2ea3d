import { InvalidArgumentError } from "commander";

/** A commander parser; throws what commander reports as a wrong argument. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError("expected a whole number of at least 1");
  }
  return value;
}

/** Likewise, from 0 on. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("expected a whole number from 0 on");
  }
  return value;
}

/** Likewise, several with commas between them, each once, ascending. */
export function positiveIntegers(text: string): readonly number[] {
  return [...new Set(text.split(",").map(positiveInteger))].sort((a, b) => a - b);
}

/** A finite number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value < Infinity)) {
    throw new InvalidArgumentError("expected a number above 0");
  }
  return value;
}
