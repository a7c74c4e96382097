import type { Service } from '../domain/service/service.ts';
import { loadService } from '../launch/load-service.ts';

/** Returns the only positional argument. @throws Error if it is missing or followed by others. */
export function readModuleArgument(positionals: readonly string[]): string {
  const [module, ...others] = positionals;
  if (module === undefined || others.length > 0)
    throw new Error('expected one MODULE that exports a service, such as dist/service.js');
  return module;
}

/**
 * Imports the services that the positional arguments name.
 *
 * @throws Error if there is none, if a module exports no service, or if two of the services have the same name.
 */
export async function loadServices(
  positionals: readonly string[],
): Promise<readonly [Service, ...Service[]]> {
  const [first, ...others] = await Promise.all(positionals.map(loadService));
  if (first === undefined)
    throw new Error('expected a MODULE that exports a service, such as dist/service.js');
  const names = [first, ...others].map(({ contract }) => contract.name);
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) throw new Error(`two of the modules export a service named ${repeated}`);
  return [first, ...others];
}
