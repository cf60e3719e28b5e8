/** How many times the measurements training from scratch is given for comparison: the claim of LitePred, §6.4. */
export const moreData = 2.5;
