import fc from "fast-check";

// In CI a commit passes or fails for good; elsewhere every run draws other cases.
if (process.env.CI) fc.configureGlobal({ seed: 20231002 });
