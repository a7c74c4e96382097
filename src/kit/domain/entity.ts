/** An entity as a view has it: its state, and the position of the last message on its subject (0: none). */
export type Entity<State> = { readonly id: number; readonly state: State; readonly version: number };
