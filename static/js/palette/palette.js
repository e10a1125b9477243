/* The command palette: a combobox whose listbox has links. The arrows choose one, Enter opens it, Ctrl-Enter in a new tab.
   Enter that is pressed before the results for the typed text have come opens the first of them then. */
const link = document.querySelector('[data-palette]'), host = document.getElementById('dialog');
const parts = () => {
  const dialog = host.querySelector('[data-palette-dialog]');
  return { dialog, input: dialog?.querySelector('[role="combobox"]'), list: dialog?.querySelector('[role="listbox"]') };
};
const optionsOf = list => [...list.querySelectorAll('a[role="option"]')];
const chosenIn = list => list.querySelector('[aria-selected="true"]');
let enter = null; // the Enter that waits for results

/* ---- Opening ---- */
const styles = new Promise(done => {
  document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: link.dataset.styles, onload: done, onerror: done }));
});

const show = async () => {
  const before = document.activeElement;
  await styles;
  const settled = new Promise(done => { host.addEventListener('htmx:afterSettle', done, { once: true }); });
  await htmx.ajax('GET', link.href, { source: link, target: host });
  const { dialog, input } = parts();
  if (!dialog) return;
  // After dialog.js, which would focus the link. It may be closed before it has settled.
  if (before !== document.body) dialog.addEventListener('close', () => before.focus());
  await settled; // before that, htmx doesn't know the field
  if (link.dataset.typed) {
    input.value = link.dataset.typed;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
};

let opening = false;
link.addEventListener('palette', () => {
  if (opening) return;
  opening = true;
  show().catch(() => {}).finally(() => {
    opening = false;
    delete link.dataset.typed;
  });
});

/* ---- Choosing ---- */
const choose = option => {
  const { input, list } = parts();
  for (const other of optionsOf(list)) other.setAttribute('aria-selected', String(other === option));
  if (option) input.setAttribute('aria-activedescendant', option.id);
  else input.removeAttribute('aria-activedescendant');
  option?.scrollIntoView({ block: 'nearest' });
};
const follow = (option, newTab) => {
  if (!option) return;
  const { href } = option;
  if (newTab) return open(href, '_blank', 'noopener');
  parts().dialog.close();
  location.assign(href);
};

document.addEventListener('keydown', event => {
  const { dialog, input, list } = parts(), { key } = event, command = event.ctrlKey || event.metaKey;
  if (!dialog?.open || event.isComposing) return;
  if (key === 'Escape' || (key === 'k' && command)) {
    event.preventDefault(); // otherwise Escape only empties a search field
    event.stopImmediatePropagation();
    return dialog.close();
  }
  if (event.target !== input) return;
  if (key === 'Enter') {
    event.preventDefault();
    if (list.dataset.q === input.value.trim()) follow(chosenIn(list), command);
    else enter = { newTab: command };
  } else if (key === 'ArrowDown' || key === 'ArrowUp') {
    event.preventDefault();
    const options = optionsOf(list), at = options.indexOf(chosenIn(list)), step = key === 'ArrowDown' ? 1 : -1;
    choose(options[(at + step + options.length) % options.length]);
  }
}, true);
document.addEventListener('input', event => {
  if (event.target === parts().input) enter = null;
});
document.addEventListener('pointermove', event => {
  const option = event.target.closest('[data-palette-dialog] a[role="option"]');
  if (option && option !== chosenIn(parts().list)) choose(option);
});

/* ---- Results ---- */
host.addEventListener('htmx:afterSwap', event => {
  const { dialog, input, list } = parts();
  if (!dialog || (event.target !== list && event.target !== host)) return;
  list.dataset.q = (new URL(event.detail.xhr.responseURL).searchParams.get('q') ?? '').trim();
  list.scrollTop = 0;
  choose(optionsOf(list)[0]);
  if (!enter || list.dataset.q !== input.value.trim()) return;
  const { newTab } = enter;
  enter = null;
  follow(chosenIn(list), newTab);
});
