/* Before a swap: remove <noscript>. htmx parses responses as if scripts were off, and a form's first button, which Enter presses,
   would be one that no one sees.
   After a swap: if it removed the focused element, such as the link to the next page, move the focus to the new list instead
   of the top of the page. */
let target = null;
document.body.addEventListener('htmx:beforeSwap', ({ detail }) => {
  detail.serverResponse = detail.serverResponse.replace(/<noscript>.*?<\/noscript>/gs, '');
  const focused = document.activeElement;
  target = focused !== document.body && detail.target.contains(focused) ? detail.target : null;
});
document.body.addEventListener('htmx:afterSettle', () => {
  const list = target?.querySelector('.table-scroll') ?? document.getElementById('main');
  if (target && document.activeElement === document.body && !document.querySelector('dialog:modal')) list.focus({ preventScroll: true });
  target = null;
});
