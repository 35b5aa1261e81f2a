import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

/** Loaded by nothing but a click, or by what most fields and visits have not. */
const ONLY_WHEN_USED = [
  'acceptance.js',
  'candidate-list.js',
  'choices.js',
  'commands.js',
  'draftail.js',
  'estimates.js',
  'facts.js',
  'fill-empty.js',
  'items.js',
  'menu.js',
  'previous-list.js',
  'request-preview.js',
  'shorten.js',
  'side-panel.js',
];

/** @param {string} name */
const sourceOf = (name) => readFileSync(new URL(import.meta.resolve(`#js/${name}`)), 'utf8');

/**
 * @param {string} name
 * @param {Map<string, string>} found
 * @returns {Map<string, string>} the sources of a module and of all that it imports, now or later
 */
function withImports(name, found = new Map()) {
  if (found.has(name) || ONLY_WHEN_USED.includes(name)) return found;
  const source = sourceOf(name);
  found.set(name, source);
  for (const [, path] of source.matchAll(/(?:^(?:import|\}) .*?|import\()'(\.\.?\/.+?)'/gm)) {
    withImports(new URL(path, `https://x/${name}`).pathname.slice(1), found);
  }
  return found;
}

/** @param {Iterable<string>} sources - each travels by itself */
const transferred = (sources) =>
  [...sources].reduce((sum, source) => sum + gzipSync(source).length, 0);

const loader = withImports('loader.js');
const editor = withImports('fields/text.js', withImports('editor.js'));

test('the loader, which every edit form gets, is transferred with its imports in 3 kB', () => {
  loader.delete('editor.js');
  assert.deepEqual([...loader.keys()].slice(0, 2), ['loader.js', 'dom.js']);
  assert.ok(transferred([sourceOf('loader.js'), sourceOf('dom.js')]) <= 3_000);
});

test('from the click to the acceptance, a text field needs modules of 25 kB besides it', () => {
  editor.delete('dom.js');
  // What a proposal shows by itself counts, though it is loaded then only.
  ['widget.js', 'changes.js', 'diff.js', 'badges.js'].forEach((name) =>
    assert.ok(editor.has(name)),
  );
  assert.ok(transferred(editor.values()) <= 25_000, `${transferred(editor.values())}`);
});

test('what is said to be loaded only when it is used exists, and is imported by a call', () => {
  const modules = readdirSync(new URL(`${import.meta.resolve('#js/editor.js')}/..`));
  const sources = modules
    .filter((name) => name.endsWith('.js'))
    .map(sourceOf)
    .join('\n');
  for (const name of ONLY_WHEN_USED) {
    assert.ok(modules.includes(name), name);
    assert.ok(sources.includes(`import('./${name}')`), name);
  }
});
