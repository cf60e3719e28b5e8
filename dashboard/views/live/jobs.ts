/** Jobs of the server, and how it is asked. */
import { fetchHere } from "../../state.js";

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly platform: string;
  readonly state: string;
  readonly started: string;
}

export async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetchHere(path, init);
  const answer = await response.json();
  if (!response.ok) throw answer;
  return answer as T;
}
