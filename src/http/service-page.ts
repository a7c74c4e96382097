/** The page of a service at `/`: what a browser needs to show it. The code that runs there is in `src/page`. */

import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { Problem } from '../core/problem.ts';
import { answer, answersOf, documentTag, fixedOperation, represent } from './fixed-operation.ts';
import { escapeHtml, renderPage } from './html.ts';
import { defineOperation, type Operation } from './operation.ts';

/** Served as it stands: nothing is built, neither before nor while it runs. */
const folder = new URL('../page/', import.meta.url);

/** The libraries that the modules import, as if they stood beside them. */
const libraries: Readonly<Record<string, string>> = {
  'preact.js': 'htm/preact/standalone',
  'uplot.js': 'uplot/dist/uPlot.esm.js',
};

const script = 'text/javascript';

/** The page, its modules and its styles; they need nothing of the service but its other operations. */
export function pageOperations(title: string): Operation[] {
  const modules = new Map([
    ...readdirSync(folder)
      .filter((file) => file.endsWith('.js'))
      .map((file) => [file, readFileSync(new URL(file, folder))] as const),
    ...Object.entries(libraries).map(([file, source]) => [file, readPackaged(source)] as const),
  ]);
  return [
    fixedOperation({
      name: 'getPage',
      path: '/',
      summary: 'A page for people: the entities live, their past, the log, and how the service is',
      mediaType: 'text/html',
      content: () => renderServicePage(title, [...modules.keys()]),
    }),
    fixedOperation({
      name: 'getPageStyle',
      path: '/page/style.css',
      summary: 'The style of the page: colours, layout, forms',
      mediaType: 'text/css',
      content: () => readFileSync(new URL('style.css', folder)),
    }),
    fixedOperation({
      name: 'getPageContentStyle',
      path: '/page/content.css',
      summary: 'The style of what the page shows',
      mediaType: 'text/css',
      content: () => readFileSync(new URL('content.css', folder)),
    }),
    fixedOperation({
      name: 'getPageChartStyle',
      path: '/page/uplot.css',
      summary: "The style of the page's charts",
      mediaType: 'text/css',
      content: () => readPackaged('uplot/dist/uPlot.min.css'),
    }),
    fixedOperation({
      name: 'getPageIcon',
      path: '/page/icon.svg',
      summary: 'The icon of the page',
      mediaType: 'image/svg+xml',
      content: () => readFileSync(new URL('icon.svg', folder)),
    }),
    moduleOperation(modules),
  ];
}

function moduleOperation(modules: ReadonlyMap<string, Buffer>): Operation {
  const summary = 'A module of the page';
  return defineOperation({
    method: 'get',
    paths: ['/page/{module}'],
    params: z.object({ module: z.string().meta({ description: 'Its file name.', example: 'main.js' }) }),
    name: 'getPageModule',
    summary,
    tag: documentTag,
    headers: ['If-None-Match'],
    answers: answersOf(summary, script),
    problems: ['not-found'],
    handle({ ctx, params, headers }) {
      const content = modules.get(params.module);
      if (content === undefined) throw new Problem('not-found', `The page has no module "${params.module}".`);
      answer(ctx, headers, represent(script, content));
    },
  });
}

function renderServicePage(title: string, modules: readonly string[]): string {
  const preloads = modules.map((file) => `<link rel="modulepreload" href="/page/${escapeHtml(file)}">\n`);
  return renderPage({
    title,
    head: `<meta name="color-scheme" content="light dark">
<link rel="icon" type="image/svg+xml" href="/page/icon.svg">
<link rel="stylesheet" href="/page/uplot.css">
<link rel="stylesheet" href="/page/style.css">
<link rel="stylesheet" href="/page/content.css">
${preloads.join('')}<script type="module" src="/page/main.js"></script>
`,
    body: `<div id="page"></div>
<noscript>${escapeHtml(title)}: this page needs JavaScript; <a href="/docs">the API</a> does not.</noscript>
`,
  });
}

function readPackaged(file: string): Buffer {
  return readFileSync(new URL(import.meta.resolve(file)));
}
