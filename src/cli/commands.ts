import type { Command } from "commander";

type SetUp = (command: Command, signal: AbortSignal) => void;

interface CommandEntry {
  /** Name, and what it takes, as `noisegeo --help` lists it. */
  readonly term: string;
  readonly description: string;
  readonly hidden?: true;
  /** Its options, arguments and action; each command's modules are loaded only where it is wanted. */
  readonly load: () => Promise<SetUp>;
}

/** All of them, in the order in which they are listed. */
export const commands: readonly CommandEntry[] = [
  {
    term: "measure [options]",
    description:
      "measure the noise geometry of a model: a network with its weights and data, or a Jacobian with its residuals",
    load: async () => (await import("./measure.ts")).setUpMeasure,
  },
  {
    term: "advise [options]",
    description:
      "say how far the learning rate and batch size in use are from instability, how SGD would leave, and how far that holds",
    load: async () => (await import("./advise.ts")).setUpAdvise,
  },
  {
    term: "escape [options]",
    description:
      "say whether SGD escapes from a sharp minimum, how fast, and along which directions; with the finite data set exactly",
    load: async () => (await import("./escape.ts")).setUpEscape,
  },
  {
    term: "train [options] <config>",
    description: "train a network as a configuration says, measuring its noise geometry on the way",
    load: async () => (await import("./train.ts")).setUpTrain,
  },
  {
    term: "reproduce [options] [experiment...]",
    description: "run the experiments and write the page that shows what holds",
    load: async () => (await import("./reproduce.ts")).setUpReproduce,
  },
  {
    term: "sweep [options] <config>",
    description:
      "do many jobs of train, measure or reproduce, over any of their fields, and gather the results",
    load: async () => (await import("./sweep.ts")).setUpSweep,
  },
  {
    term: "worker [options]",
    description: "do the jobs of sweeps that were handed in to a Redis, until interrupted",
    load: async () => (await import("./worker.ts")).setUpWorker,
  },
  {
    term: "gather <folder>",
    description: "write the table and the figure of a sweep from the results that are there",
    load: async () => (await import("./gather.ts")).setUpGather,
  },
  {
    term: "sweep-task <folder> <batch> <index>",
    description: "do one job of an array that a sweep handed in to Slurm",
    hidden: true,
    load: async () => (await import("./sweepTask.ts")).setUpSweepTask,
  },
  {
    term: "explore [options] [folder]",
    description:
      "open the explorer for a browser on this machine, with the runs, sweeps and reproductions of a folder",
    load: async () => (await import("./explore.ts")).setUpExplore,
  },
  {
    term: "list",
    description: "print the experiments with the claim each one tests",
    load: async () => (await import("./list.ts")).setUpList,
  },
  {
    term: "data",
    description: "say which data sets are here, and where to get the others",
    load: async () => (await import("./data.ts")).setUpData,
  },
  {
    term: "doctor [options]",
    description: "say which kernels are in use here and how fast they are",
    load: async () => (await import("./doctor.ts")).setUpDoctor,
  },
];

/** Declares them all to `program`, and sets up the one that `words`, the command line, asks for. */
export async function addCommands(
  program: Command,
  signal: AbortSignal,
  words: readonly string[],
): Promise<void> {
  const wanted = words[0] === "help" ? words[1] : words[0];
  const terms = new Map<string, string>();
  program.configureHelp({ subcommandTerm: (command) => terms.get(command.name()) ?? command.name() });
  for (const { term, description, hidden = false, load } of commands) {
    const name = term.split(" ", 1)[0] as string;
    terms.set(name, term);
    const command = program.command(name, { hidden }).description(description);
    if (name === wanted) (await load())(command, signal);
  }
}
