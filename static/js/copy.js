/* Copy the text of an element (data-copy="#id") and print the page (data-print). The buttons are hidden without scripts. */
const showButtons = root => root.querySelectorAll?.('[data-copy], [data-print]').forEach(button => {
  button.hidden = 'copy' in button.dataset && !navigator.clipboard;
});
const textOf = element => {
  const items = [...element.querySelectorAll('li')];
  if (element.matches('input')) return element.value;
  return items.length ? items.map(item => item.textContent.trim()).join('\n') : element.textContent.trim();
};
const announce = text => {
  const region = document.querySelector('[data-announce]') ?? document.body.appendChild(document.createElement('p'));
  Object.assign(region, { role: 'status', className: 'sr-only' }).dataset.announce = '';
  // Changed after a moment, because screen readers don't read what a new region starts with.
  setTimeout(() => { region.textContent = text; }, 50);
};
const copy = async button => {
  await navigator.clipboard.writeText(textOf(document.querySelector(button.dataset.copy)));
  button.dataset.done = '';
  announce(button.dataset.copied);
  setTimeout(() => { delete button.dataset.done; announce(''); }, 2000);
};

document.addEventListener('click', event => {
  const button = event.target.closest('[data-copy], [data-print]');
  if (!button) return;
  if ('print' in button.dataset) print();
  else copy(button);
});
document.addEventListener('htmx:load', event => {
  showButtons(event.target);
  // Some browsers allow it only in the click itself. Then the text and its button are there.
  const button = navigator.clipboard && event.target.querySelector?.('[data-copy-now]');
  if (button) copy(button).catch(() => {});
});
showButtons(document);
