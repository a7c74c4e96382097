/** Entry point for running a service as a process. */

export { readVersion } from './package-version.ts';
export { runService } from './run.ts';
export { defineService, type Service, type ServiceDefinition } from './service-definition.ts';
