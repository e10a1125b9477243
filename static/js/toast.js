/* Passing messages: dismissed by their button; good news leaves by itself once it had time to be read. */
const region = document.getElementById('toasts');
const leave = toast => {
  if (toast.matches(':hover, :focus-within')) return setTimeout(leave, 3000, toast);
  toast.remove();
};
const arrive = toast => {
  // What lies below a modal dialog can be neither seen well nor used: say it inside.
  const modal = document.querySelector('dialog:modal');
  if (modal) {
    modal.querySelector(':scope > [data-toast]')?.remove();
    toast.setAttribute('role', 'alert');
    modal.prepend(toast);
  }
  if (toast.matches('[data-tone="success"]')) setTimeout(leave, 8000, toast);
};

document.addEventListener('click', event => {
  const toast = event.target.closest('[data-dismiss]')?.closest('[data-toast]');
  if (!toast) return;
  const modal = toast.closest('dialog');
  toast.remove();
  (modal?.querySelector('[data-first]') ?? document.getElementById('main'))?.focus({ preventScroll: true });
});

if (region) {
  new MutationObserver(changes => {
    for (const { addedNodes } of changes) for (const node of addedNodes) if (node.matches?.('[data-toast]')) arrive(node);
  }).observe(region, { childList: true });
  // Put in again, so that a screen reader says what was there when the page came.
  requestAnimationFrame(() => region.append(...region.children));
}
