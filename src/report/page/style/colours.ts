import { customProperties, DARK, LIGHT } from "../../figure/palette.ts";

/** Text reaches 4.5:1 against every surface it stands on; paper is always light. */
export const colours = `
:root {
  color-scheme: light dark;
  ${customProperties(LIGHT)}
  --paper: ${LIGHT.paper}; --ink: ${LIGHT.ink}; --muted: ${LIGHT.muted};
  --surface: #f5f6f8; --line: #d9dee3; --link: #0b5c9c;
  --holds: #17693a; --fails: #a3320a; --inconclusive: #6a5500;
  --holds-tint: #e4f3ea; --fails-tint: #fbe9e2; --inconclusive-tint: #f6efd6;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    ${customProperties(DARK)}
    --paper: ${DARK.paper}; --ink: ${DARK.ink}; --muted: ${DARK.muted};
    --surface: #1f2428; --line: #363d44; --link: #7fc1f5;
    --holds: #6fd19a; --fails: #ff9d78; --inconclusive: #e6c65c;
    --holds-tint: #173425; --fails-tint: #41210f; --inconclusive-tint: #37300f;
  }
}`;
