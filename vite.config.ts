/// <reference types="vitest/config" />
import { defineConfig } from 'vite';

/** Builds the single-file report page, and configures the tests. */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
