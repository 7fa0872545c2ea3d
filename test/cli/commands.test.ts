import { Command, Help } from "commander";
import { expect, test } from "vitest";
import { addCommands, commands } from "../../src/cli/commands.ts";
import { noisegeo } from "./noisegeo.ts";

const { signal } = new AbortController();

test.each(commands)("$term is listed as what it takes", async ({ term, load }) => {
  const command = new Command(term.split(" ", 1)[0]);
  (await load())(command, signal);
  expect(new Help().subcommandTerm(command)).toBe(term);
});

test("only the command that is asked for is set up, and the list names all that are not hidden", async () => {
  const program = new Command("noisegeo").configureOutput({ getOutHelpWidth: () => 400 });
  await addCommands(program, signal, ["train", "--help"]);
  const setUp = program.commands.filter(({ options }) => options.length > 0);
  expect(setUp.map((command) => command.name())).toEqual(["train"]);
  const lines = program
    .helpInformation()
    .split("\n")
    .map((line) => line.trim().split(/ {2,}/));
  const listed = lines.slice(lines.findIndex(([word]) => word === "Commands:") + 1);
  expect(listed.filter(([term]) => term && !term.startsWith("help"))).toEqual(
    commands.filter(({ hidden }) => !hidden).map(({ term, description }) => [term, description]),
  );
});

test("help of a command sets that one up", async () => {
  const program = new Command("noisegeo");
  await addCommands(program, signal, ["help", "doctor"]);
  expect(program.commands.find((command) => command.name() === "doctor")?.options).not.toEqual([]);
});

test.each([
  [["measure", "model.onnx"], "got 1; see noisegeo measure --help\n"],
  [["measur"], "unknown command 'measur' (Did you mean measure?); see noisegeo --help\n"],
])("%j says which help to see", async (words, end) => {
  const { code, stderr } = await noisegeo(words, { cwd: "." });
  expect(code).toBe(2);
  expect(stderr.endsWith(end), stderr).toBe(true);
});
