{
const refused = '.notice[data-tone="danger"], .notice[role="alert"], [aria-invalid="true"]';
if (document.documentElement.hasAttribute('data-sent') && document.querySelector(refused)) history.replaceState(history.state, '');
}
{
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
const button = navigator.clipboard && event.target.querySelector?.('[data-copy-now]');
if (button) copy(button).catch(() => {});
});
showButtons(document);
}
{
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
document.addEventListener('beforetoggle', event => { if (event.target.matches('.menu')) typed = ''; }, true);
document.addEventListener('click', event => {
if (event.target.closest('.menu [aria-disabled="true"]')) event.preventDefault();
});
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
}
{
const update = badge => {
const boxes = document.querySelectorAll(`${badge.dataset.tally} input[type="checkbox"]:checked:not(:disabled)`);
const n = boxes.length + Number(badge.dataset.tallyPlus ?? 0);
badge.textContent = n || '';
badge.hidden = !n;
};
const updateAll = () => document.querySelectorAll('[data-tally]').forEach(update);
document.addEventListener('change', event => { if (event.target.matches('input[type="checkbox"]')) updateAll(); });
document.addEventListener('htmx:load', updateAll);
updateAll();
}
{
document.addEventListener('change', event => {
if (!event.target.matches('input[type="radio"][name="theme"]')) return;
document.documentElement.dataset.theme = event.target.value;
for (const other of document.querySelectorAll(`input[name="theme"][value="${event.target.value}"]`)) other.checked = true;
});
}
{
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) document.cookie = `time_zone=${zone}; path=/; max-age=31536000; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;
}
{
const region = document.getElementById('toasts');
const expire = (toast, left) => setTimeout(() => {
if (!document.hidden && !toast.matches(':hover, :focus-within, :has(.htmx-request)')) left -= 250;
left > 0 ? expire(toast, left) : toast.remove();
}, 250);
const show = toast => {
const modal = document.querySelector('dialog:modal');
if (modal) {
modal.querySelector(':scope > [data-toast]')?.remove();
toast.setAttribute('role', 'alert');
modal.prepend(toast);
}
if (toast.matches('[data-tone="success"]')) expire(toast, toast.matches('[data-undo]') ? 10000 : 8000);
};
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
requestAnimationFrame(() => region.append(...region.children));
}
}
{
let pressed = new WeakMap();
addEventListener('submit', event => {
const button = event.submitter ?? event.target;
if (event.defaultPrevented || event.target.method !== 'post') return;
if (event.timeStamp - pressed.get(button) < 5000) event.preventDefault();
else pressed.set(button, event.timeStamp);
});
const forget = () => { pressed = new WeakMap(); };
addEventListener('pageshow', forget); // the user went back
addEventListener('beforeunload', event => setTimeout(() => event.defaultPrevented && setTimeout(forget, 1000)));
}
{
document.addEventListener('keydown', event => {
if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
if (event.target.closest('input:not([type="checkbox"], [type="radio"]), textarea, select, dialog')) return;
const button = [...document.querySelectorAll('[data-undo] [type="submit"]')].at(-1);
if (!button) return;
event.preventDefault();
button.click();
});
}
