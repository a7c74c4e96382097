/** The state of an entity in a view. `version` is the position of the last message on its subject, or 0 if there is none. */
export type Entity<State> = { readonly id: number; readonly state: State; readonly version: number };
