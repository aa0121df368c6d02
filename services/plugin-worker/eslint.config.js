import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

export default defineConfig(
  { ignores: ['.cache/', 'dist/', 'node_modules/', 'test/fixtures/'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { varsIgnorePattern: '^_' },
      ],
      // `load<T>()` says what a package loaded at run time is.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', 100],
      'no-console': 'error',
    },
  },
  {
    files: ['test/**'],
    rules: {
      // node:test's describe and test return promises that the runner itself awaits.
      '@typescript-eslint/no-floating-promises': 'off',
      'max-lines-per-function': 'off',
    },
  },
);
