declare module "virtual:digits" {
  /** 28×28 bytes a digit, base64; undefined in a build without MNIST. */
  export const pixels: string | undefined;
  /** One character a digit, "0" to "9". */
  export const classes: string | undefined;
}
