import { serve } from "../../tasks/serve.ts";
import { measure, train } from "./tasks.ts";

const tasks = { measure, train };
export type AlignmentTasks = typeof tasks;

serve(tasks);
