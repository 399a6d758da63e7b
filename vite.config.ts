/// <reference types="vitest/config" />
import { defineConfig, type Plugin } from 'vite';

/** Builds the single-file report page ui/dist/report.html, and configures the tests. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  plugins: [singleFile()],
  build: {
    outDir: 'ui/dist',
    emptyOutDir: true,
    target: 'es2022',
    // The first browsers with light-dark(), which the switch of colours rests on: it must not be rewritten.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: false,
    cssCodeSplit: false,
    rollupOptions: { input: 'ui/report.html' },
  },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});

/** Puts scripts and styles into the page that asks for them: it needs no other file and no network. */
function singleFile(): Plugin {
  return {
    name: 'single-file',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const pages = Object.values(bundle).filter((file) => file.fileName.endsWith('.html'));
      for (const page of pages) {
        if (page.type !== 'asset') continue;
        let html = String(page.source);
        for (const file of Object.values(bundle)) {
          const asks = new RegExp(`<(script|link)\\b[^>]*/${file.fileName}"[^>]*>(</script>)?`);
          if (!asks.test(html)) continue;
          const text = file.type === 'chunk' ? file.code : String(file.source);
          // HTML ends a script at `</script` even inside a string; to JavaScript `<\/script` is the same.
          const element = file.type === 'chunk'
            ? `<script type="module">${text.replace(/<\/(script)/gi, '<\\/$1')}</script>`
            : `<style>${text}</style>`;
          html = html.replace(asks, () => element);
          delete bundle[file.fileName];
        }
        page.source = html;
        page.fileName = page.fileName.replace(/^.*\//, '');
      }
    },
  };
}
