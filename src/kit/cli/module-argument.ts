/** Returns the only positional argument. @throws Error if it is missing or followed by others. */
export function readModuleArgument(positionals: readonly string[]): string {
  const [module, ...others] = positionals;
  if (module === undefined || others.length > 0)
    throw new Error('expected one MODULE that exports a service, such as dist/service.js');
  return module;
}
