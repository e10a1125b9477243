/* Where what was pressed is gone after a swap, like the way to the next page, the keyboard goes on at the new list and not
   at the top of the page. */
let gone = null;
document.body.addEventListener('htmx:beforeSwap', ({ detail }) => {
  const at = document.activeElement;
  gone = at !== document.body && detail.target.contains(at) ? detail.target : null;
});
document.body.addEventListener('htmx:afterSettle', () => {
  const list = gone?.querySelector('.table-scroll') ?? document.getElementById('main');
  if (gone && document.activeElement === document.body && !document.querySelector('dialog:modal')) list.focus({ preventScroll: true });
  gone = null;
});
