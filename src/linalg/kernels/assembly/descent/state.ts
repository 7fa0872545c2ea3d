/** A vector's state: its stream (44 bytes) and the exponent of the power of two that it is divided by. */
export const STATE_BYTES: usize = 48;
export const EXPONENT: usize = 44;
