/** Imported before any schema is made: the page allows no code made of strings, which zod would else try. */
import { config } from "zod";

config({ jitless: true });
