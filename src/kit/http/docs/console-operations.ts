import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { z } from 'zod';
import { Problem } from '../../domain/problem.ts';
import { describeResponses, documentTag, fixedOperation, represent, respond } from './fixed-operation.ts';
import { escapeHtml, renderPage } from './html.ts';
import { defineOperation, type Operation } from '../server/operation.ts';

/** Console files by name: `main.js`, `style.css`. */
export type ConsoleFiles = ReadonlyMap<string, Buffer>;

const mediaTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Serves the web console: its page and the files of the page. The console uses only the service's public operations. */
export function consoleOperations(title: string, files: ConsoleFiles): Operation[] {
  const version = versionOf(files);
  return [
    fixedOperation({
      name: 'getPage',
      path: '/',
      summary:
        'The web console: live entities, point-in-time reads, the event log and the status of the service',
      mediaType: 'text/html',
      content: () => renderConsole(title, version, [...files.keys()]),
    }),
    fileOperation(files, version),
  ];
}

/** A digest of all files: modules and styles of two versions do not fit together. */
function versionOf(files: ConsoleFiles): string {
  const hash = createHash('sha256');
  for (const [name, content] of files) hash.update(`${name} ${content.length} `).update(content);
  return hash.digest('base64url').slice(0, 12);
}

/**
 * A file of another version is served as well: the page may come from another replica during an update. Only files of this version may be cached
 * without revalidation.
 */
function fileOperation(files: ConsoleFiles, version: string): Operation {
  const representations = new Map(
    [...files].map(([name, content]) => {
      const mediaType = mediaTypes[extname(name)] ?? 'application/octet-stream';
      return [name, represent(mediaType, content, 'public, max-age=31536000, immutable')] as const;
    }),
  );
  const summary = 'A file of the web console: a module, the styles or the icon';
  return defineOperation({
    method: 'get',
    paths: ['/page/{version}/{file}'],
    params: z.object({
      version: z.string().meta({ description: 'The digest of all files.', example: version }),
      file: z.string().meta({ description: 'The name of the file.', example: 'main.js' }),
    }),
    name: 'getPageFile',
    summary,
    tag: documentTag,
    headers: ['If-None-Match'],
    responses: describeResponses(summary, 'text/javascript'),
    problems: ['not-found'],
    handle({ ctx, params, headers }) {
      const file = representations.get(params.file);
      if (file === undefined) throw new Problem('not-found', `The web console has no file "${params.file}".`);
      respond(ctx, headers, params.version === version ? file : { ...file, cacheControl: 'no-cache' });
    },
  });
}

/** Addresses are relative, so that a gateway can serve the console below a path. */
function renderConsole(title: string, version: string, files: readonly string[]): string {
  const folder = `page/${version}`;
  const preloads = files
    .filter((file) => file.endsWith('.js'))
    .map((file) => `<link rel="modulepreload" href="${folder}/${escapeHtml(file)}">\n`);
  return renderPage({
    title,
    head: `<meta name="color-scheme" content="light dark">
<link rel="icon" type="image/svg+xml" href="${folder}/icon.svg">
<link rel="stylesheet" href="${folder}/style.css">
<link rel="preload" as="fetch" crossorigin href="openapi.json">
${preloads.join('')}<script type="module" src="${folder}/main.js"></script>
`,
    body: `<div id="page"></div>
<noscript>${escapeHtml(title)}: this page needs JavaScript; <a href="docs">the API</a> does not.</noscript>
`,
  });
}
