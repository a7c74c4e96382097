/** Node.js arguments to run TypeScript: tsx compiles it, and workspace packages resolve to their sources. */
export const typescriptArgs = ['--conditions=development', '--import', 'tsx'] as const;
