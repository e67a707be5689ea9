import { defineConfig, type Plugin } from 'vite';
import { frameAddress } from './src/map/frame.ts';

/** Makes the head of the map page request the frame while the scripts load. */
const askEarly: Plugin = {
  name: 'ask-early',
  transformIndexHtml: (_, { path }) => path.endsWith('index.html') ? [{ tag: 'link', attrs: { rel: 'preload', as: 'fetch', crossorigin: true, href: `./${frameAddress}` }, injectTo: 'head' }] : [],
};

export default defineConfig({
  // Relative links: the same files work under any path.
  base: './',
  plugins: [askEarly],
  build: {
    target: 'es2022',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    // A font or picture inlined in a style sheet would need a laxer security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'playground.html'],
      checks: { moduleLevelDirective: false },
    },
  },
  worker: { format: 'es' },
  server: { proxy: Object.fromEntries(['/graphql', '/favicon.svg'].map((path) => [path, 'http://localhost:8080'])) },
});
