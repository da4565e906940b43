/** The one place that says which language the page speaks. */

import { en } from "./en";

export type Words = typeof en;

export const words: Words = en;
