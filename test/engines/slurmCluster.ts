import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { freePort } from "./freePort.ts";

const needed = ["slurmctld", "slurmd", "sbatch", "squeue", "munged"];
const missing = needed.filter((command) => spawnSync("which", [command]).status !== 0);

/** Undefined where a Slurm of one's own can be started; else why its tests are left out. In CI they may not be. */
export const withoutSlurm =
  missing.length > 0
    ? `${missing.join(", ")} not installed (Debian: apt-get install slurmctld slurmd slurm-client munge)`
    : process.getuid?.() !== 0
      ? "a Slurm of one's own is started as root"
      : undefined;

export interface SlurmCluster {
  /** For the environment of Slurm's commands. */
  readonly SLURM_CONF: string;
  /** Named by their ports, so that clusters of tests that run at the same time tell their tasks apart. */
  readonly nodes: readonly string[];
  /** Until no node has anything to do. */
  idle(): Promise<void>;
  /**
   * Ends a node as if its machine had died as soon as so many processes of tasks run on it, nothing there is told;
   * how many died with it, 0 where `over` came first. Slurm calls a task running before it has a process.
   */
  killWhileWorking(name: string, atLeast: number, over: AbortSignal): Promise<number>;
  stop(): void;
}

/** A controller and two nodes with two processors each on this machine. Arrays of more than four tasks are not taken. */
export async function startSlurm(): Promise<SlurmCluster> {
  const folder = mkdtempSync(join(tmpdir(), "noisegeo-slurm-"));
  const place = (name: string) => join(folder, name);
  mkdirSync(place("state"));
  writeFileSync(place("munge.key"), randomBytes(1024), { mode: 0o400 });
  const munge = ["socket", "key-file", "pid-file", "log-file", "seed-file"].map(
    (name) => `--${name}=${place(name === "key-file" ? "munge.key" : `munge.${name}`)}`,
  );
  execFileSync("munged", ["--force", ...munge]);
  const controller = await freePort();
  const ports = [await freePort(), await freePort()];
  const nodes = ports.map((port) => `n${port}`);
  writeFileSync(place("slurm.conf"), config(folder, controller, ports));
  const environment = { ...process.env, SLURM_CONF: place("slurm.conf") };
  const call = (command: string, words: readonly string[] = []) =>
    execFileSync(command, words, { env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  call("slurmctld");
  for (const node of nodes) call("slurmd", ["-N", node]);
  const kill = (name: string) => {
    try {
      process.kill(Number(readFileSync(place(name), "utf8")), "SIGKILL");
    } catch {}
  };
  const killNode = (name: string) => {
    kill(`slurmd-${name}.pid`);
    // what ran on the machine dies with it, the steps' own daemons too
    const tasks = processesOf(name);
    for (const pid of tasks) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {}
    }
    return tasks.length;
  };
  const cluster: SlurmCluster = {
    SLURM_CONF: place("slurm.conf"),
    nodes,
    async idle() {
      for (let tries = 0; tries < 300; tries++) {
        const states = spawnSync("sinfo", ["--noheader", "--format=%T %D"], {
          env: environment,
          encoding: "utf8",
        });
        if (states.stdout.trim() === `idle ${nodes.length}`) return;
        await setTimeout(100);
      }
      throw new Error("the nodes of Slurm did not become idle within 30 s");
    },
    async killWhileWorking(name, atLeast, over) {
      while (!over.aborted) {
        if (processesOf(name).length >= atLeast) return killNode(name);
        await setTimeout(20);
      }
      return 0;
    },
    stop() {
      spawnSync("scancel", ["--user=root"], { env: environment });
      for (const name of [...nodes.map((node) => `slurmd-${node}.pid`), "slurmctld.pid", "munge.pid-file"])
        kill(name);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await cluster.idle();
  } catch (error) {
    cluster.stop();
    throw error;
  }
  return cluster;
}

/** Processes that Slurm started on a node, by their environment. */
function processesOf(node: string): number[] {
  const found = spawnSync("grep", ["-lsz", `^SLURMD_NODENAME=${node}$`, ...environments()], {
    encoding: "utf8",
  });
  return found.stdout
    .split("\n")
    .flatMap((path) => /^\/proc\/(\d+)\//.exec(path)?.slice(1).map(Number) ?? []);
}

function environments(): string[] {
  const { stdout } = spawnSync("pgrep", ["-f", "."], { encoding: "utf8" });
  return stdout
    .split("\n")
    .filter((pid) => pid !== "" && Number(pid) !== process.pid)
    .map((pid) => `/proc/${pid}/environ`);
}

function config(folder: string, controller: number, ports: readonly number[]): string {
  return [
    "ClusterName=noisegeo",
    "SlurmctldHost=localhost(127.0.0.1)",
    "SlurmUser=root",
    `SlurmctldPort=${controller}`,
    "AuthType=auth/munge",
    `AuthInfo=socket=${folder}/munge.socket`,
    "CryptoType=crypto/munge",
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool-%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd-%n.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdLogFile=${folder}/slurmd-%n.log`,
    "ProctrackType=proctrack/linuxproc",
    "TaskPlugin=task/none",
    "SwitchType=switch/none",
    "MpiDefault=none",
    "ReturnToService=2",
    "SchedulerType=sched/backfill",
    "SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0",
    "SelectType=select/cons_tres",
    "SelectTypeParameters=CR_Core",
    "MaxArraySize=5",
    "SlurmdTimeout=5",
    "KillWait=2",
    "AccountingStorageType=accounting_storage/none",
    "JobAcctGatherType=jobacct_gather/none",
    ...ports.map((port) => `NodeName=n${port} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${port} CPUs=2`),
    `PartitionName=main Nodes=${ports.map((port) => `n${port}`).join(",")} Default=YES MaxTime=INFINITE State=UP`,
    "",
  ].join("\n");
}
