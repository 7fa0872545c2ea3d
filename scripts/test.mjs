// `npm test`: installs, then every check, the build and the tests. Arguments after `--` go to vitest.
import { install, run } from "./install.mjs";

install();
run("npm run --silent build -- --logLevel warn");
run("npm run --silent checks");
const words = process.argv.slice(2).map((word) => JSON.stringify(word));
run(["npx vitest run", ...words].join(" "));
