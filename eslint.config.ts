import { defineConfig } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { layeringRule } from './build/layering-rule';
import { roomNames } from './build/layers';

const root = import.meta.dirname;

const houseRules = { meta: { name: 'prestage' }, rules: { layering: layeringRule } };
/**
 * The same, as eslint's types can take it: they know nothing of a rule that is typed for TypeScript's syntax
 * tree. typescript-eslint declares its own plugin in this way.
 */
const prestage: { readonly meta: { readonly name: string } } = houseRules;
/** Likewise. */
const hooks: { readonly meta: { readonly name: string } } = reactHooks;

export default defineConfig(
  {
    ignores: [
      'dist/',
      'dist-package/',
      '.electron/',
      '.dev/',
      'helper/addon/',
      'test-results/',
      'node_modules/',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: roomNames.map((room) => `${room}/tsconfig.json`),
        tsconfigRootDir: root,
      },
    },
    plugins: { prestage },
    rules: {
      'prestage/layering': ['error', { root }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        {
          selector: 'CallExpression[callee.name=/^exec(Sync)?$/]',
          message: 'No shell strings: run tools with an argv array.',
        },
      ],
      eqeqeq: 'error',
      curly: ['error', 'multi-line'],
    },
  },
  {
    files: ['renderer/**/*.ts', 'renderer/**/*.tsx'],
    plugins: { 'react-hooks': hooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    // The two tools below read a default export; nothing of the product may have one.
    files: ['eslint.config.ts', 'vitest.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
