/* A <dialog> that htmx put into #dialog opens as a modal; when it goes, focus is back where it came from.
   Escape and the backdrop close it; [data-close] does too (without a script it is a link). Not while its form is on its way:
   whether that came to pass would be told to nobody. */
const host = document.getElementById('dialog');
const sending = dialog => dialog?.querySelector('[data-disabled-by-htmx]');
let opener = null;

const close = () => {
  host.replaceChildren();
  // A row that was swapped meanwhile is found again by the id of the element that was used in it.
  const back = opener?.isConnected ? opener : opener?.id && document.getElementById(opener.id);
  (back?.checkVisibility() ? back : document.getElementById('main'))?.focus();
  opener = null;
};

host?.addEventListener('htmx:afterSwap', event => {
  const dialog = host.querySelector('dialog');
  if (!dialog) return opener && close();
  if (dialog.open) return;
  dialog.addEventListener('close', close);
  dialog.showModal();
  (dialog.querySelector('[aria-invalid="true"]') ?? dialog.querySelector('[autofocus]'))?.focus();
  // Once: htmx would focus it again when it has settled, wherever somebody has gone meanwhile.
  for (const first of dialog.querySelectorAll('[autofocus]')) {
    first.removeAttribute('autofocus');
    first.dataset.first = '';
  }
});

document.body.addEventListener('htmx:beforeRequest', event => {
  const source = event.detail.elt;
  if (event.detail.target !== host || host.contains(source)) return;
  // From inside a menu, the button that opened the menu is what focus returns to.
  const menu = source.closest('[popover]');
  opener = menu ? document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`) : source;
  menu?.hidePopover();
  if (!opener?.matches('.btn')) return;
  // The menu is gone: on a slow line its button says that something is coming.
  const busy = opener;
  busy.setAttribute('aria-busy', 'true');
  event.detail.xhr.addEventListener('loadend', () => busy.removeAttribute('aria-busy'));
});

// A button that is off while its form is sent loses the focus; after a failure it is there again.
document.body.addEventListener('htmx:beforeRequest', event => {
  const dialog = document.querySelector('dialog:modal'), from = document.activeElement;
  if (dialog?.contains(from)) event.detail.xhr.addEventListener('loadend', () => {
    if (document.activeElement === document.body && from.isConnected && dialog.open) from.focus();
  });
});

// The backdrop is the dialog itself, outside its edges.
const beside = ({ target, clientX: x, clientY: y }, dialog) => {
  const box = dialog.getBoundingClientRect();
  return target === dialog && (x < box.left || x > box.right || y < box.top || y > box.bottom);
};

const stay = event => { event.preventDefault(); event.stopImmediatePropagation(); };
document.addEventListener('keydown', event => {
  if (event.key === 'Escape' && sending(document.querySelector('dialog:modal'))) stay(event);
}, true);
document.addEventListener('cancel', event => { if (event.target.matches?.('dialog') && sending(event.target)) stay(event); }, true);
document.addEventListener('click', event => {
  const dialog = event.target.closest('dialog:modal');
  if (sending(dialog) && (beside(event, dialog) || event.target.closest('[data-close]'))) stay(event);
}, true);

document.addEventListener('click', event => {
  const dialog = event.target.closest('dialog:modal');
  if (!dialog) return;
  if (beside(event, dialog) || event.target.closest('[data-close]')) {
    event.preventDefault();
    dialog.close();
  }
});
