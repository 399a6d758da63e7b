import { defineConfig, globalIgnores } from 'eslint/config';
import { configs } from 'typescript-eslint';

// What the compiler and tests/tidy.test.ts cannot see: promises nobody awaits, cases nobody handles, types
// that lie. Layout is nobody's business beyond .editorconfig.

const bans = [
  {
    selector: 'TSEnumDeclaration, TSModuleDeclaration[kind="namespace"], TSParameterProperty',
    message: 'Node runs the sources by erasing types: use a union of literals, a module, an explicit field.',
  },
  {
    selector: 'ExportAllDeclaration',
    message: 'Name what is exported, so that a reader and the dead-file test can see it.',
  },
  {
    selector: 'ForInStatement',
    message: 'for..in walks inherited keys in an order of its own; use Object.keys or Object.entries.',
  },
  {
    selector: 'SequenceExpression',
    message: 'Two statements read better than a comma.',
  },
];

const everywhere = {
  'eqeqeq': ['error', 'always'],
  'no-restricted-syntax': ['error', ...bans],
  'no-constructor-return': 'error',
  'no-self-compare': 'error',
  'no-template-curly-in-string': 'error',
  'no-unmodified-loop-condition': 'error',
  'no-unreachable-loop': 'error',
  'no-useless-rename': 'error',
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': ['error', { destructuring: 'all' }],
};

const typed = {
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
  '@typescript-eslint/no-import-type-side-effects': 'error',
  // `values[i]!` says that the index is known to be good, whether or not the compiler asks for it.
  '@typescript-eslint/no-unnecessary-type-assertion': 'off',
  '@typescript-eslint/no-unnecessary-type-arguments': 'error',
  '@typescript-eslint/no-unused-vars': [
    'error',
    {
      argsIgnorePattern: '^_',
      varsIgnorePattern: '^_',
      caughtErrorsIgnorePattern: '^_',
      ignoreRestSiblings: true,
    },
  ],
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-readonly': 'error',
  // An implementation of an asynchronous interface may have nothing to wait for.
  '@typescript-eslint/require-await': 'off',
  '@typescript-eslint/restrict-template-expressions': [
    'error',
    { allowNumber: true, allowBoolean: true, allowNever: true },
  ],
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  // `default: input satisfies never` is welcome; a default that swallows named cases is not.
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { allowDefaultCaseForExhaustiveSwitch: true, requireDefaultForNonUnion: true },
  ],
};

export default defineConfig(
  globalIgnores(['**/dist/', 'runs/', '.weir/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' }, rules: everywhere },
  {
    files: ['**/*.ts'],
    extends: [configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: typed,
  },
  {
    // A test may look into parsed JSON and use vitest's matchers, which have no types.
    files: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
);
