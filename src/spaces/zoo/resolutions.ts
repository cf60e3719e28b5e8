/**
 * Input sizes (square) of deployed classifiers. A repeated option is drawn that much more often: 224 is by far the
 * usual one, 192 and 160 are those of small mobile networks, 240 to 320 those of scaled-up ones.
 */
export const RESOLUTIONS = [224, 224, 224, 224, 128, 160, 192, 240, 256, 288, 320] as const;
