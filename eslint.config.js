import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';

export default defineConfig(
  globalIgnores(['.tox/', '.venv/', '**/static/**/vendor/', 'example_site/var/']),
  {
    files: ['**/*.{js,mjs}'],
    extends: [js.configs.recommended],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'array-callback-return': 'error',
      'consistent-return': 'error',
      curly: ['error', 'multi-line'],
      'default-case-last': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      'no-eval': 'error',
      'no-implicit-globals': 'error',
      'no-param-reassign': 'error',
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Text from a model is never markup.' },
        { property: 'outerHTML', message: 'Text from a model is never markup.' },
        { property: 'insertAdjacentHTML', message: 'Text from a model is never markup.' },
      ],
      'no-shadow': 'error',
      'no-unused-private-class-members': 'error',
      'no-useless-return': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
    },
  },
  {
    files: ['**/static/**/*.js'],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ['tests/js/**/*.mjs', '*.config.js'],
    languageOptions: { globals: globals.node },
  },
);
