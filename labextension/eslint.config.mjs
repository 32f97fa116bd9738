import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

export default ts.config(js.configs.recommended, ...ts.configs.strict, {
  plugins: { 'react-hooks': hooks },
  rules: {
    ...hooks.configs.recommended.rules,
    eqeqeq: 'error',
    'prefer-const': 'error',
    '@typescript-eslint/no-unused-vars': [
      'error',
      { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }
    ],
    '@typescript-eslint/no-dynamic-delete': 'off',
    '@typescript-eslint/no-non-null-assertion': 'error',
    // Lumino's and JupyterLab's namespaces and option interfaces.
    '@typescript-eslint/no-namespace': 'off',
    '@typescript-eslint/no-extraneous-class': 'off',
    '@typescript-eslint/unified-signatures': 'off'
  }
});
