/** Of what is drawn where nobody gives a seed. */
export const defaultSeed = 1;
