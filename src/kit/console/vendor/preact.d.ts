/** What the service serves as `/page/preact.js`: Preact, its hooks and htm in one module. */
export * from 'htm/preact/standalone';
