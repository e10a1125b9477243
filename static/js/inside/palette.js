/* Open the command palette: Ctrl-K, on a Mac Cmd-K; "/" outside of fields; or a link with data-palette, which without
   JavaScript opens the search page. The palette's script is loaded at first use (static/js/palette/). What is typed
   until the palette is open is kept in data-typed. */
const link = document.querySelector('[data-palette]'), isMac = navigator.platform.startsWith('Mac');
const open = event => {
  event.preventDefault();
  link.dataset.typed ??= '';
  import(link.dataset.palette).then(() => link.dispatchEvent(new Event('palette')), () => location.assign(link.href));
};

if (link) {
  document.addEventListener('keydown', event => {
    const { key, ctrlKey, metaKey } = event;
    if ('typed' in link.dataset && key.length === 1 && !ctrlKey && !metaKey) {
      event.preventDefault();
      link.dataset.typed += key;
    } else if (!document.querySelector('dialog[open]')
      && (key === 'k' ? (isMac ? metaKey : ctrlKey) : key === '/' && !event.target.matches(':read-write, select'))) open(event);
  }, true);
  document.addEventListener('click', event => {
    if (event.target.closest('[data-palette]') && !event.ctrlKey && !event.metaKey) open(event);
  });
  if (isMac) document.querySelector('[data-palette] kbd').textContent = '⌘ K';
}
