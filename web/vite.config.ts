import { defineConfig } from 'vite';

export default defineConfig({
  // Relative links: the same files serve under any path.
  base: './',
  build: {
    target: 'es2022',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    // A font or picture within a style sheet would need a laxer security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'playground.html'],
      checks: { moduleLevelDirective: false },
    },
  },
  worker: { format: 'es' },
  server: { proxy: { '/graphql': 'http://localhost:8080' } },
});
