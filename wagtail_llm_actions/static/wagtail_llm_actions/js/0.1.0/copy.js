/**
 * The clipboard, which nobody needs before they copy something.
 */

/**
 * @param {string} text
 * @param {HTMLElement} root - an element of the document
 */
export async function copyText(text, root) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The clipboard needs https, and a permission that not everybody gives.
    const source = document.createElement('textarea');
    source.value = text;
    source.className = 'w-sr-only';
    root.append(source);
    source.select();
    document.execCommand('copy');
    source.remove();
  }
}
