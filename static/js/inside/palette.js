/* Open the command palette: Ctrl-K, on a Mac Cmd-K; "/" outside of fields; or a link with data-palette, which without
   JavaScript opens the search page. The palette's script is loaded at first use (static/js/palette/). What is typed
   until the palette is open is kept in data-typed. */
const link = document.querySelector('[data-palette]');
const isMac = /^(Mac|iP)/.test(navigator.platform);
const open = event => {
  event.preventDefault();
  link.dataset.typed ??= '';
  import(link.dataset.palette).then(() => link.dispatchEvent(new Event('palette')), () => location.assign(link.href));
};
const isShortcut = ({ key, ctrlKey, metaKey, altKey, target }) => (key === 'k'
  ? (isMac ? metaKey : ctrlKey) && !altKey
  : key === '/' && !ctrlKey && !metaKey && !target.matches('input:not([type="checkbox"], [type="radio"]), textarea, select'));

if (link) {
  document.addEventListener('keydown', event => {
    const { key, ctrlKey, metaKey } = event;
    if ('typed' in link.dataset && key.length === 1 && !ctrlKey && !metaKey) {
      event.preventDefault();
      link.dataset.typed += key;
    } else if (isShortcut(event) && !document.querySelector('dialog[open]')) open(event);
  }, true);
  document.addEventListener('click', event => {
    if (event.target.closest('[data-palette]') && !event.ctrlKey && !event.metaKey && !event.shiftKey) open(event);
  });
  if (isMac) document.querySelector('[data-palette] kbd').textContent = '⌘ K';
}
