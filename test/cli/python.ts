import { spawnSync } from "node:child_process";

const candidates = process.env.PYTHON ? [process.env.PYTHON] : ["/usr/bin/python3", "python3"];

/** A Python with PyTorch and numpy; undefined where there is none, which in CI is an error. */
export const python = candidates.find((name) => spawnSync(name, ["-c", "import torch, numpy"]).status === 0);
if (python === undefined && process.env.CI)
  throw new Error("PyTorch is not installed: in CI this test may not be skipped");

/** The reason for the name of what is skipped. */
export const missingPython = python ? "" : " (skipped: no python with torch here)";
