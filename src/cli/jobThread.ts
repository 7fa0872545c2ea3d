import { serveThread } from "../engines/serveThread.ts";
import { runJob } from "./jobs/runJob.ts";

serveThread(runJob);
