/* A button that leads to a page of actions, <button form formaction data-menu id>, shows them as a menu instead: fetched
   when it is first used, from then on an ordinary popover (menu.js has its keys). Without a script it stays a way there. */
const load = async (button, key) => {
  const url = new URL(button.formAction), menu = document.createElement('div');
  url.search = new URLSearchParams(new FormData(button.form));
  Object.assign(menu, { className: 'menu', id: `${button.id}-menu`, popover: 'auto' });
  button.after(menu);
  button.removeAttribute('data-menu');
  button.setAttribute('aria-busy', 'true');
  await htmx.ajax('GET', url.pathname + url.search, { source: button, target: menu, swap: 'innerHTML' }).catch(() => {});
  button.removeAttribute('aria-busy');
  if (!menu.childElementCount) { // it was refused or failed, and that has been said
    menu.remove();
    button.setAttribute('data-menu', '');
    return;
  }
  button.type = 'button';
  button.setAttribute('popovertarget', menu.id);
  menu.showPopover({ source: button });
  const items = menu.querySelectorAll('.menu-item');
  if (key) items[key === 'ArrowUp' ? items.length - 1 : 0]?.focus();
};

document.addEventListener('click', event => {
  const button = event.target.closest('[data-menu], [aria-busy][formaction]');
  if (!button || button.type !== 'submit' || !window.htmx || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  // A click without a pointer came from the keyboard: go on in the menu.
  if (button.matches('[data-menu]')) load(button, event.detail === 0 && 'Enter');
});
document.addEventListener('keydown', event => {
  const button = event.target.closest('[data-menu]');
  if (!button || !window.htmx || !['ArrowDown', 'ArrowUp'].includes(event.key)) return;
  event.preventDefault();
  load(button, event.key);
});
