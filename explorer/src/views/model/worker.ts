import { serve } from "../../tasks/serve.ts";
import { measure, recognise } from "./tasks.ts";

const tasks = { recognise, measure };
export type ModelTasks = typeof tasks;

serve(tasks);
