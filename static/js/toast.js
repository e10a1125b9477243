/* Toasts: dismissed by their button. Success messages disappear after 8 seconds, those with Undo after 10. While a toast
   is hovered or focused, or being undone, or another tab is in front, its time stands still. */
const region = document.getElementById('toasts');
const expire = (toast, left) => setTimeout(() => {
  if (!document.hidden && !toast.matches(':hover, :focus-within, :has(.htmx-request)')) left -= 250;
  left > 0 ? expire(toast, left) : toast.remove();
}, 250);
const show = toast => {
  // Toasts below a modal dialog are hard to see and can't be used, so show them inside it.
  const modal = document.querySelector('dialog:modal');
  if (modal) {
    modal.querySelector(':scope > [data-toast]')?.remove();
    toast.setAttribute('role', 'alert');
    modal.prepend(toast);
  }
  if (toast.matches('[data-tone="success"]')) expire(toast, toast.matches('[data-undo]') ? 10000 : 8000);
};

// Before the focused button disappears.
const leave = toast => (toast.closest('dialog')?.querySelector('[data-first]') ?? document.getElementById('main'))?.focus({ preventScroll: true });
document.addEventListener('click', event => {
  const toast = event.target.closest('[data-dismiss]')?.closest('[data-toast]');
  if (!toast) return;
  leave(toast);
  toast.remove();
});
document.addEventListener('submit', event => {
  const toast = event.target.closest('[data-toast]');
  if (toast?.contains(document.activeElement)) leave(toast);
});

if (region) {
  new MutationObserver(changes => {
    for (const { addedNodes } of changes) for (const node of addedNodes) if (node.matches?.('[data-toast]')) show(node);
  }).observe(region, { childList: true });
  // Insert the initial toasts again, so that screen readers announce them.
  requestAnimationFrame(() => region.append(...region.children));
}
