/** Types of `/page/preact.js`, which contains Preact, its hooks and htm. */
export * from 'htm/preact/standalone';
