import { serve } from "../../tasks/serve.ts";
import { simulate } from "./tasks.ts";

const tasks = { simulate };
export type EscapeTasks = typeof tasks;

serve(tasks);
