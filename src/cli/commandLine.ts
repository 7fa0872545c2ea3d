import process from "node:process";

/** What was typed, as a person would type it. */
export function commandLine(): string {
  return ["noisegeo", ...process.argv.slice(2)]
    .map((word) => (/^[\w./,:=-]+$/.test(word) ? word : `'${word}'`))
    .join(" ");
}
