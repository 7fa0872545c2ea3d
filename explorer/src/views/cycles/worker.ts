import { serve } from "../../tasks/serve.ts";
import { follow } from "./tasks.ts";

const tasks = { follow };
export type CyclesTasks = typeof tasks;

serve(tasks);
