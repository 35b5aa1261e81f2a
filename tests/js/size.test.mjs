import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

/**
 * @param {URL} module
 * @param {Map<string, string>} found
 * @returns {Map<string, string>} the sources of a module and of all that it imports, by URL
 */
function withImports(module, found = new Map()) {
  if (found.has(module.href)) return found;
  const source = readFileSync(module, 'utf8');
  found.set(module.href, source);
  for (const [, path] of source.matchAll(/^(?:import|\}) .*?'(\..+?)';$/gm)) {
    withImports(new URL(path, module), found);
  }
  return found;
}

/** @param {string} name */
const moduleUrl = (name) => new URL(import.meta.resolve(`#js/${name}`));

/** @param {Iterable<string>} sources - each travels by itself */
const transferred = (sources) =>
  [...sources].reduce((sum, source) => sum + gzipSync(source).length, 0);

test('the loader, which every edit form gets, is small', () => {
  assert.ok(transferred([readFileSync(moduleUrl('loader.js'), 'utf8')]) <= 3_000);
});

test('all that one text field needs is transferred in 25 kB', () => {
  const modules = withImports(moduleUrl('editor.js'));
  withImports(moduleUrl('fields/text.js'), modules);

  assert.ok(modules.size > 10);
  assert.ok(transferred(modules.values()) <= 25_000);
});
