/** The Docker engine that runs the containers: the one that answers already, or one that lives as long as this run. */

import { dockerdEnvironment } from './dockerd.ts';
import { provideProgram } from './packages.ts';
import { runIn, type Workshop } from './workshop.ts';

export type Engine = {
  /** Runs `docker`; returns what it printed. */
  docker(...args: readonly string[]): Promise<string>;
  /** Runs Docker Compose with these variables. */
  compose(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string>;
  /** What `docker build` needs here so that its steps reach a registry. */
  readonly buildOptions: readonly string[];
};

/** @throws CannotRun when no engine answers and none can be started here. */
export async function provideEngine(workshop: Workshop): Promise<Engine> {
  const docker = await provideProgram(workshop, 'docker', 'docker.io');
  const answers = await runIn(workshop, docker, ['version']).then(
    () => true,
    () => false,
  );
  const added = answers ? undefined : await dockerdEnvironment(workshop);
  const inEngine: Workshop = { ...workshop, env: { ...workshop.env, ...added } };
  const compose = await findCompose(inEngine, docker);
  return {
    docker: (...args) => runIn(inEngine, docker, args),
    compose: (env, ...args) => {
      const [program, ...first] = compose;
      return runIn({ ...inEngine, env: { ...inEngine.env, ...env } }, program, [...first, ...args]);
    },
    // Our own engine has no default network, as it leaves the machine's firewall alone.
    buildOptions: added === undefined ? [] : ['--network', 'host'],
  };
}

type Command = readonly [program: string, ...first: string[]];

/** The plugin where there is one, else the program of its own that Debian has. */
async function findCompose(workshop: Workshop, docker: string): Promise<Command> {
  try {
    await runIn(workshop, docker, ['compose', 'version']);
    return [docker, 'compose'];
  } catch {
    return [await provideProgram(workshop, 'docker-compose', 'docker-compose')];
  }
}
