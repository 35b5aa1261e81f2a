/**
 * Cuts a text that is too long for its field.
 */

import { sentences } from './diff.js';

/**
 * @param {string} text
 * @returns {string[]} cut behind each word
 */
function words(text) {
  const language = document.documentElement.lang || undefined;
  const segments = new Intl.Segmenter(language, { granularity: 'word' }).segment(text);
  return Array.from(segments)
    .filter(({ isWordLike }) => isWordLike)
    .map(({ index, segment }) => text.slice(0, index + segment.length));
}

/**
 * @param {string} text
 * @param {(part: string) => boolean} fits
 * @returns {string} as many whole sentences as fit; where no sentence does, as many words; else empty
 */
export function shorten(text, fits) {
  const whole = sentences(text).map((_, index, all) => all.slice(0, index + 1).join(''));
  const fitting = (/** @type {string[]} */ beginnings) =>
    beginnings.map((part) => part.trimEnd()).findLast((part) => part && fits(part));
  return fitting(whole) ?? fitting(words(text)) ?? '';
}
