/* Open a <dialog> that htmx put into #dialog as a modal, and return the focus when it closes. Escape, the backdrop and
   [data-close] (without JavaScript a link) close it. Not while its form is being sent: the user would miss the result. */
const host = document.getElementById('dialog');
const isSending = dialog => dialog?.querySelector('[data-disabled-by-htmx]');
let opener = null;

const close = () => {
  host.replaceChildren();
  // If the row was swapped meanwhile, find the opener by its id.
  const target = opener?.isConnected ? opener : opener?.id && document.getElementById(opener.id);
  (target?.checkVisibility() ? target : document.getElementById('main'))?.focus();
  opener = null;
};

host?.addEventListener('htmx:afterSwap', event => {
  const dialog = host.querySelector('dialog');
  if (!dialog) return opener && close();
  if (dialog.open) return;
  dialog.addEventListener('close', close);
  dialog.showModal();
  (dialog.querySelector('[aria-invalid="true"]') ?? dialog.querySelector('[autofocus]'))?.focus();
  // Only once: after settling, htmx would focus it again, wherever the user has moved meanwhile.
  for (const field of dialog.querySelectorAll('[autofocus]')) {
    field.removeAttribute('autofocus');
    field.dataset.first = '';
  }
});

document.body.addEventListener('htmx:beforeRequest', event => {
  const source = event.detail.elt;
  if (event.detail.target !== host || host.contains(source)) return;
  // If the opener is in a menu, the focus returns to the button that opened the menu.
  const menu = source.closest('[popover]');
  opener = menu ? document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`) : source;
  menu?.hidePopover();
  if (!opener?.matches('.btn')) return;
  // The menu is closed, so on a slow connection its button shows the progress.
  const button = opener;
  button.setAttribute('aria-busy', 'true');
  event.detail.xhr.addEventListener('loadend', () => button.removeAttribute('aria-busy'));
});

// A button that is disabled while its form is sent loses the focus. After a failure it gets the focus back.
document.body.addEventListener('htmx:beforeRequest', event => {
  const dialog = document.querySelector('dialog:modal'), focused = document.activeElement;
  if (dialog?.contains(focused)) event.detail.xhr.addEventListener('loadend', () => {
    if (document.activeElement === document.body && focused.isConnected && dialog.open) focused.focus();
  });
});

// A click on the backdrop targets the dialog, outside its edges.
const isOnBackdrop = ({ target, clientX: x, clientY: y }, dialog) => {
  const box = dialog.getBoundingClientRect();
  return target === dialog && (x < box.left || x > box.right || y < box.top || y > box.bottom);
};

const cancel = event => { event.preventDefault(); event.stopImmediatePropagation(); };
document.addEventListener('keydown', event => {
  if (event.key === 'Escape' && isSending(document.querySelector('dialog:modal'))) cancel(event);
}, true);
document.addEventListener('cancel', event => { if (event.target.matches?.('dialog') && isSending(event.target)) cancel(event); }, true);
document.addEventListener('click', event => {
  const dialog = event.target.closest('dialog:modal');
  if (isSending(dialog) && (isOnBackdrop(event, dialog) || event.target.closest('[data-close]'))) cancel(event);
}, true);

document.addEventListener('click', event => {
  const dialog = event.target.closest('dialog:modal');
  if (!dialog) return;
  if (isOnBackdrop(event, dialog) || event.target.closest('[data-close]')) {
    event.preventDefault();
    dialog.close();
  }
});
