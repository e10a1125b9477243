/* Keys in menus: arrows, Home, End and the first letters of an entry. The browser handles Escape and returns the focus.
   Menus are popovers and work without this script. In one with role=menu, Tab leaves the menu, Space activates an entry,
   and disabled entries can be focused but not activated. */
const items = menu => [...menu.querySelectorAll('.menu-item, .menu-item input')]
  .filter(item => item.matches('a, button:not(:disabled), input:not(:disabled), [role="menuitem"]') && item.checkVisibility());
const textOf = item => (item.closest('.menu-item') ?? item).textContent.trim().toLowerCase();
const steps = { ArrowDown: (at, n) => (at + 1) % n, ArrowUp: (at, n) => (at <= 0 ? n : at) - 1, Home: () => 0, End: (at, n) => n - 1 };
let typed = '', last = 0;

const menuOf = button => document.getElementById(button?.getAttribute('popovertarget') ?? '');

const handleMenuKey = (event, menu) => {
  const space = event.key === ' ' && !typed && !event.target.matches('button');
  if (event.key === 'Tab') menu.hidePopover(); // the focus returns to the button and moves on from there
  if (space) {
    event.preventDefault();
    event.target.click();
  }
  return space || event.key === 'Tab';
};

document.addEventListener('keydown', event => {
  const button = event.target.closest('[popovertarget]');
  const menu = event.target.closest('.menu') ?? (event.key.startsWith('Arrow') && menuOf(button));
  if (!menu || !menu.matches('.menu[popover]') || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches('textarea, select, input:not([type="checkbox"], [type="radio"])')) return;
  if (event.timeStamp - last > 600) typed = ''; // the time of the key press, even if a busy page handles it late
  if (menu.matches('[role="menu"]') && menu.contains(event.target) && handleMenuKey(event, menu)) return;
  if (!menu.matches(':popover-open')) menu.showPopover({ source: button });
  const all = items(menu), at = all.indexOf(document.activeElement);
  let next = steps[event.key]?.(at, all.length);
  if (next === undefined && event.key.length === 1 && (event.key !== ' ' || typed)) {
    last = event.timeStamp;
    typed += event.key.toLowerCase();
    const from = typed.length > 1 ? at : at + 1;
    next = all.map((item, i) => (from + i) % all.length).find(i => textOf(all[i]).startsWith(typed));
  }
  if (next === undefined) return;
  event.preventDefault();
  all[next]?.focus();
});

// An opening menu forgets what was typed before.
document.addEventListener('beforetoggle', event => { if (event.target.matches('.menu')) typed = ''; }, true);

document.addEventListener('click', event => {
  if (event.target.closest('.menu [aria-disabled="true"]')) event.preventDefault();
});

/* Without CSS anchor positioning, place the menu next to its button. On a phone it is a sheet at the bottom. */
if (!CSS.supports('position-area: block-end')) document.addEventListener('toggle', event => {
  if (event.newState !== 'open' || !event.target.matches('.menu') || innerWidth < 640) return;
  const menu = event.target;
  const opener = [...document.querySelectorAll(`[popovertarget="${CSS.escape(menu.id)}"]`)].find(button => button.checkVisibility());
  if (!opener) return;
  const b = opener.getBoundingClientRect(), m = menu.getBoundingClientRect();
  const up = b.bottom + m.height + 8 > innerHeight, start = b.right - m.width < 8 || (opener.matches('.filter') && b.left + m.width < innerWidth - 8);
  Object.assign(menu.style, {
    inset: 'auto', margin: 0,
    insetBlockStart: `${up ? b.top - m.height - 4 : b.bottom + 4}px`,
    insetInlineStart: `${start ? b.left : b.right - m.width}px`,
  });
}, true);
