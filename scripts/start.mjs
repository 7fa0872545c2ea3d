// `npm start`: installs, builds and runs the main job. Arguments after `--` go to `noisegeo reproduce`.
import { install, run } from "./install.mjs";

install();
run("npm run --silent build -- --logLevel warn");
const words = process.argv.slice(2).map((word) => JSON.stringify(word));
run(["node dist/cli/main.js reproduce", ...words].join(" "));
