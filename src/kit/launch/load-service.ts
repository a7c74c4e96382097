import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../domain/error-message.ts';
import type { Service } from '../domain/service/service.ts';

/**
 * Imports the service that a module exports.
 *
 * @param path of the module, relative to the working directory.
 * @throws Error if the module cannot be imported, or does not export exactly one service.
 */
export async function loadService(path: string): Promise<Service> {
  const { href } = pathToFileURL(resolve(path));
  const exported: Record<string, unknown> = await import(href).catch((error: unknown) => {
    const reason = messageOf(error);
    throw new Error(`cannot import ${path}: ${reason}`, { cause: error });
  });
  const services = Object.values(exported).filter((value) => isServiceOf(href, value));
  const [service] = services;
  if (service !== undefined && services.length === 1) return service;
  throw new Error(
    `${path} exports ${services.length} services whose \`module\` is its URL; expected one, made with defineService`,
  );
}

function isServiceOf(href: string, value: unknown): value is Service {
  return typeof value === 'object' && value !== null && 'module' in value && value.module === href;
}
