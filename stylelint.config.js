const BEM = '^[a-z][a-z0-9]*(-[a-z0-9]+)*(__[a-z0-9]+(-[a-z0-9]+)*)?(--[a-z0-9]+(-[a-z0-9]+)*)?$';

export default {
  extends: 'stylelint-config-recommended',
  ignoreFiles: ['**/vendor/**'],
  reportNeedlessDisables: true,
  rules: {
    // Blocks stand beside each other here; the order of two blocks says nothing.
    'no-descending-specificity': null,
    // Physical sides would stay where they are in a right-to-left language.
    'declaration-property-value-disallowed-list': {
      '/^(float|clear|text-align)$/': ['left', 'right'],
    },
    'property-disallowed-list': ['left', 'right', '/^(margin|padding|border)-(left|right)/'],
    'selector-class-pattern': BEM,
  },
};
