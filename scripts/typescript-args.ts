/** Arguments of Node that run TypeScript: tsx compiles it, and packages of the workspace resolve to their sources. */
export const typescriptArgs = ['--conditions=development', '--import', 'tsx'] as const;
