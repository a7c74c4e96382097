/** Entry point for running a service as a process. */

export { runService } from './run.ts';
