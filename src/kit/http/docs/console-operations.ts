import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Problem } from '../../domain/problem.ts';
import { describeResponses, documentTag, fixedOperation, represent, respond } from './fixed-operation.ts';
import { escapeHtml, renderPage } from './html.ts';
import { defineOperation, type Operation } from '../server/operation.ts';

/** Console files by name: `main.js`, `app.js`, `style.css`. */
export type ConsoleFiles = ReadonlyMap<string, Buffer>;

/** Third-party libraries, by the path at which the console imports them. */
const libraries: Readonly<Record<string, string>> = {
  'preact.js': 'htm/preact/standalone',
  'uplot.js': 'uplot/dist/uPlot.esm.js',
};

const script = 'text/javascript';

/** Serves the web console: its page, modules, styles and icon. The console uses only the service's public operations. */
export function consoleOperations(title: string, files: ConsoleFiles): Operation[] {
  const modules = new Map([
    ...[...files].filter(([path]) => path.endsWith('.js')),
    ...Object.entries(libraries).map(([path, source]) => [path, readPackaged(source)] as const),
  ]);
  const file = (path: string): Buffer => {
    const content = files.get(path);
    if (content === undefined) throw new Error(`the console has no file ${path}`);
    return content;
  };
  return [
    fixedOperation({
      name: 'getPage',
      path: '/',
      summary:
        'The web console: live entities, point-in-time reads, the event log and the status of the service',
      mediaType: 'text/html',
      content: () => renderConsole(title, [...modules.keys()]),
    }),
    fixedOperation({
      name: 'getPageStyle',
      path: '/page/style.css',
      summary: 'The style sheet of the web console: colours, layout, forms',
      mediaType: 'text/css',
      content: () => file('style.css'),
    }),
    fixedOperation({
      name: 'getPageContentStyle',
      path: '/page/content.css',
      summary: 'The style sheet of the web console: content',
      mediaType: 'text/css',
      content: () => file('content.css'),
    }),
    fixedOperation({
      name: 'getPageChartStyle',
      path: '/page/uplot.css',
      summary: 'The style sheet of the web console: charts',
      mediaType: 'text/css',
      content: () => readPackaged('uplot/dist/uPlot.min.css'),
    }),
    fixedOperation({
      name: 'getPageIcon',
      path: '/page/icon.svg',
      summary: 'The icon of the web console',
      mediaType: 'image/svg+xml',
      content: () => file('icon.svg'),
    }),
    moduleOperation(modules),
  ];
}

function moduleOperation(modules: ReadonlyMap<string, Buffer>): Operation {
  const representations = new Map(
    [...modules].map(([path, content]) => [path, represent(script, content)] as const),
  );
  const summary = 'A JavaScript module of the web console';
  return defineOperation({
    method: 'get',
    paths: ['/page/{module}'],
    params: z.object({
      module: z.string().meta({ description: 'The path of the module.', example: 'main.js' }),
    }),
    name: 'getPageModule',
    summary,
    tag: documentTag,
    headers: ['If-None-Match'],
    responses: describeResponses(summary, script),
    problems: ['not-found'],
    handle({ ctx, params, headers }) {
      const representation = representations.get(params.module);
      if (representation === undefined)
        throw new Problem('not-found', `The web console has no module "${params.module}".`);
      respond(ctx, headers, representation);
    },
  });
}

/** Addresses are relative, so that a gateway can serve the console below a path. */
function renderConsole(title: string, modules: readonly string[]): string {
  const preloads = modules.map((file) => `<link rel="modulepreload" href="page/${escapeHtml(file)}">\n`);
  return renderPage({
    title,
    head: `<meta name="color-scheme" content="light dark">
<link rel="icon" type="image/svg+xml" href="page/icon.svg">
<link rel="stylesheet" href="page/uplot.css">
<link rel="stylesheet" href="page/style.css">
<link rel="stylesheet" href="page/content.css">
${preloads.join('')}<script type="module" src="page/main.js"></script>
`,
    body: `<div id="page"></div>
<noscript>${escapeHtml(title)}: this page needs JavaScript; <a href="docs">the API</a> does not.</noscript>
`,
  });
}

function readPackaged(file: string): Buffer {
  return readFileSync(new URL(import.meta.resolve(file)));
}
