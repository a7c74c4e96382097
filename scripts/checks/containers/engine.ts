import { dockerdEnvironment } from './dockerd.ts';
import { ensureProgram } from './packages.ts';
import { runIn, type RunContext } from './run-context.ts';

export type Engine = {
  /** Runs `docker` and returns its output. */
  docker(...args: readonly string[]): Promise<string>;
  /** Runs Docker Compose with these variables. */
  compose(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string>;
  /** Options for `docker build` that its steps need to reach a registry. */
  readonly buildOptions: readonly string[];
};

/**
 * Returns the running Docker engine, or starts one for the duration of the run.
 *
 * @throws UnsupportedEnvironment if no engine is running and none can be started.
 */
export async function findEngine(context: RunContext): Promise<Engine> {
  const docker = await ensureProgram(context, 'docker', 'docker.io');
  const isRunning = await runIn(context, docker, ['version']).then(
    () => true,
    () => false,
  );
  const added = isRunning ? undefined : await dockerdEnvironment(context);
  const engineContext: RunContext = { ...context, env: { ...context.env, ...added } };
  const compose = await findCompose(engineContext, docker);
  return {
    docker: (...args) => runIn(engineContext, docker, args),
    compose: (env, ...args) => {
      const [program, ...first] = compose;
      return runIn({ ...engineContext, env: { ...engineContext.env, ...env } }, program, [...first, ...args]);
    },
    // The private engine has no default network, because it does not change the firewall.
    buildOptions: added === undefined ? [] : ['--network', 'host'],
  };
}

type Command = readonly [program: string, ...first: string[]];

/** Returns the Compose plugin if it is installed; otherwise Debian's separate program. */
async function findCompose(context: RunContext, docker: string): Promise<Command> {
  try {
    await runIn(context, docker, ['compose', 'version']);
    return [docker, 'compose'];
  } catch {
    return [await ensureProgram(context, 'docker-compose', 'docker-compose')];
  }
}
