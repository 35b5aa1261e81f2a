/**
 * The changes of a proposal that the editor takes, and those that are left out.
 */

/** @param {LLMActions.Hunk<any>} hunk */
const keyOf = ({ before, after }) =>
  JSON.stringify([before, after].map((parts) => parts.map(({ key }) => key)));

/**
 * Of changes that were compared again, as the field was edited, leaves out the same.
 *
 * @param {LLMActions.Hunk<any>[]} hunks
 * @param {Set<LLMActions.Hunk<any>>} leftOut
 */
export function leaveAgain(hunks, leftOut) {
  const keys = [...leftOut].map(keyOf);
  leftOut.clear();
  for (const hunk of hunks) {
    if (!hunk.isSame && keys.includes(keyOf(hunk))) leftOut.add(hunk);
  }
}

/** @type {LLMActions.Compose} */
export function compose(hunks, isLeft) {
  return hunks.flatMap((hunk, index) => {
    // What stays may still differ by the white space before the change that follows.
    const decides = hunk.isSame
      ? (hunks[index + 1] ?? hunks.findLast((each) => !each.isSame) ?? hunk)
      : hunk;
    return isLeft(decides) ? hunk.before : hunk.after;
  });
}

/** @type {LLMActions.JoinSentences} */
export function joinSentences(hunks, composed) {
  const before = hunks.flatMap((hunk) => hunk.before);
  const after = hunks.flatMap((hunk) => hunk.after);
  const ends = [before.at(-1), after.at(-1)];
  const [space = ''] = [...before, ...after].flatMap(({ text }) => /\s+$/.exec(text) ?? []);
  return composed
    .map((part, index) => {
      // The last sentence of one text may now be followed by one of the other.
      const needsSpace = index < composed.length - 1 && ends.includes(part);
      return needsSpace && part.text === part.text.trimEnd() ? part.text + space : part.text;
    })
    .join('');
}

/** @type {LLMActions.ComposeValue} */
export function composeValue(kind, hunks, parts) {
  return kind.join ? kind.join(parts) : joinSentences(hunks, parts);
}

/** @type {LLMActions.AddedParts} */
export function addedParts(hunks, isLeft) {
  return hunks.flatMap((hunk) => (hunk.isSame || isLeft(hunk) ? [] : hunk.after));
}

/** @param {LLMActions.TextPart[]} parts */
const textOf = (parts) =>
  parts
    .map(({ text }) => text)
    .join('\n')
    .trim();

/** @type {LLMActions.ChosenOutcome} */
export function chosenOutcome({ kind, hunks, isLeft, mode, showHunk }) {
  const parts = compose(hunks, isLeft);
  const accepted = mode === 'replace' ? parts : addedParts(hunks, isLeft);
  return {
    value: composeValue(kind, hunks, parts),
    text: textOf(parts),
    formatted: showHunk({ isSame: true, before: parts, after: parts }, kind),
    accepted: textOf(accepted),
  };
}
