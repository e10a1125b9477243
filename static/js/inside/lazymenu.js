/* Turn a button that opens a page of actions, <button type="submit" form formaction data-menu id>, into a menu: fetched on
   first use, then a popover with role=menu (menu.js handles its keys). Without JavaScript the button opens the page.
   data-menu="panel" holds fields or links instead of actions. */
const entries = menu => menu.querySelectorAll('[role="menuitem"], .search input, a.menu-item, .menu-item > input:not(:disabled)');
const show = (button, menu) => {
  button.removeAttribute('data-menu');
  button.type = 'button';
  button.setAttribute('popovertarget', menu.id);
  menu.showPopover({ source: button });
  const items = entries(menu), { from } = menu.dataset;
  if (from) items[from === 'ArrowUp' ? items.length - 1 : 0]?.focus();
};

const createMenu = button => {
  const menu = document.createElement('div');
  Object.assign(menu, { className: 'menu', id: `${button.id}-menu`, popover: 'auto', role: button.dataset.menu ? 'dialog' : 'menu' });
  menu.setAttribute('aria-labelledby', button.id);
  Object.assign(menu.dataset, { of: button.id, kind: button.dataset.menu });
  // The menu is loading, not the list around it.
  menu.setAttribute('hx-indicator', 'this');
  // Not before htmx has processed the entries, or a fast Enter would leave the page.
  menu.addEventListener('htmx:afterSettle', event => {
    if (event.target === menu && menu.childElementCount && button.matches('[data-menu]')) show(button, menu);
  });
  // If opened by keyboard, focus the first entry.
  menu.addEventListener('toggle', event => {
    if (event.newState === 'open' && button.matches(':focus-visible')) entries(menu)[0]?.focus();
  });
  // Changes inside the menu are no changes of the form around it.
  menu.addEventListener('change', event => event.stopPropagation());
  button.after(menu);
  return menu;
};

const load = (button, from) => {
  const url = new URL(button.formAction), menu = document.getElementById(`${button.id}-menu`) ?? createMenu(button);
  url.search = new URLSearchParams(new FormData(button.form));
  menu.dataset.from = from || ''; // the key that opened it decides which entry gets the focus
  button.setAttribute('aria-busy', 'true');
  const done = () => button.removeAttribute('aria-busy');
  htmx.ajax('GET', url.pathname + url.search, { source: menu, target: menu, swap: 'innerHTML' }).then(done, done);
};

/* After a change, reload every menu: the actions for one member depend on the other members too. So do the links of
   filters after the list has changed. Not after a failure, because trying again needs the entry. */
const forget = menu => {
  const button = document.getElementById(menu.dataset.of);
  if (button?.matches('[aria-busy]')) return load(button, menu.dataset.from); // it would show what was before the change
  menu.remove();
  if (!button) return;
  button.type = 'submit';
  button.removeAttribute('popovertarget');
  button.dataset.menu = menu.dataset.kind;
};

document.addEventListener('click', event => {
  const button = event.target.closest('[data-menu]');
  if (!button || !window.htmx || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  // A click without a pointer comes from the keyboard.
  if (!button.matches('[aria-busy]')) load(button, event.detail === 0 && 'Enter');
});
document.addEventListener('keydown', event => {
  const button = event.target.closest('[data-menu]:not([aria-busy])');
  if (!button || !window.htmx || !['ArrowDown', 'ArrowUp'].includes(event.key)) return;
  event.preventDefault();
  load(button, event.key);
});
document.addEventListener('htmx:load', event => {
  for (const button of event.target.querySelectorAll('[data-menu]')) button.ariaHasPopup = button.dataset.menu ? 'dialog' : 'menu';
});
document.addEventListener('htmx:afterRequest', event => {
  const { requestConfig: config, successful, target } = event.detail;
  if (successful && (config?.verb === 'post' || target?.id === 'results')) document.querySelectorAll('.menu[data-of]:not(:has([data-stays]))').forEach(forget);
});
