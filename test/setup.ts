import fc from "fast-check";
import { vi } from "vitest";

// In CI a commit passes or fails for good; elsewhere every run draws other cases.
if (process.env.CI) fc.configureGlobal({ seed: 20231002 });

// By default expect.poll gives up after one second, which a loaded machine may take over a single look.
vi.setConfig({ expect: { poll: { timeout: 30_000 } } });
