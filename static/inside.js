{
const saving = new WeakMap(), submitted = new WeakSet();
const formOf = event => (event.detail.elt?.matches?.('[data-autosave]') ? event.detail.elt.closest('form') : null);
document.addEventListener('htmx:beforeRequest', event => {
const form = formOf(event);
if (!form) return;
if (submitted.has(form)) event.preventDefault();
else saving.set(form, null);
});
document.addEventListener('htmx:afterRequest', event => {
const form = formOf(event), submitter = form && saving.get(form);
if (form) saving.delete(form);
if (submitter) form.requestSubmit(submitter);
});
document.addEventListener('submit', event => {
const form = event.target;
if (!form.querySelector('[data-autosave]')) return;
if (!saving.has(form)) return submitted.add(form);
event.preventDefault();
saving.set(form, event.submitter ?? form.querySelector('[type="submit"]'));
});
let ticked = new Map();
const boxes = () => document.querySelectorAll('.adder input');
const restore = () => { for (const box of boxes()) box.checked = ticked.get(box.id) ?? box.checked; };
document.addEventListener('htmx:beforeSwap', () => { ticked = new Map([...boxes()].map(box => [box.id, box.checked])); });
document.addEventListener('htmx:afterSwap', restore);
document.addEventListener('htmx:oobAfterSwap', restore);
document.addEventListener('keydown', event => {
if (event.key === 'Enter' && event.target.matches('[data-search]')) event.preventDefault();
});
addEventListener('pageshow', event => { if (event.persisted && document.querySelector('[data-autosave]')) location.reload(); });
}
{
const host = document.getElementById('dialog');
const isSending = dialog => dialog?.querySelector('[data-disabled-by-htmx]');
let opener = null;
const close = () => {
host.replaceChildren();
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
for (const field of dialog.querySelectorAll('[autofocus]')) {
field.removeAttribute('autofocus');
field.dataset.first = '';
}
});
document.body.addEventListener('htmx:beforeRequest', event => {
const source = event.detail.elt;
if (event.detail.target !== host || host.contains(source)) return;
const menu = source.closest('[popover]');
opener = menu ? document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`) : source;
menu?.hidePopover();
if (!opener?.matches('.btn')) return;
const button = opener;
button.setAttribute('aria-busy', 'true');
event.detail.xhr.addEventListener('loadend', () => button.removeAttribute('aria-busy'));
});
document.body.addEventListener('htmx:beforeRequest', event => {
const dialog = document.querySelector('dialog:modal'), focused = document.activeElement;
if (dialog?.contains(focused)) event.detail.xhr.addEventListener('loadend', () => {
if (document.activeElement === document.body && focused.isConnected && dialog.open) focused.focus();
});
});
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
}
{
const template = document.getElementById('failure');
const failed = new WeakMap();
const shownToasts = () => [...document.querySelectorAll('[data-toast]')].filter(toast => failed.has(toast));
const renewToken = async () => {
const response = await fetch(location.href).catch(() => null);
const fresh = response?.ok && new DOMParser().parseFromString(await response.text(), 'text/html');
const userOf = page => page.querySelector('#account-menu .menu-title')?.textContent;
if (!fresh || !userOf(fresh) || userOf(fresh) !== userOf(document)) return false;
const headers = fresh.body.getAttribute('hx-headers'), token = JSON.parse(headers)['X-CSRFToken'];
document.body.setAttribute('hx-headers', headers);
for (const field of document.querySelectorAll('[name="csrfmiddlewaretoken"]')) field.value = token;
return true;
};
const retry = async toast => {
const { config, kind } = failed.get(toast);
if (kind === 'session' && !await renewToken()) return;
const { verb, path, elt, target, triggeringEvent: event } = config, submitter = event?.submitter;
toast.remove();
htmx.ajax(verb, path, { source: elt, target, values: submitter?.name ? { [submitter.name]: submitter.value } : undefined })
.catch(() => {}); // the same events show the failure
};
const show = (event, kind) => {
const { xhr, requestConfig: config } = event.detail;
const toast = template.content.firstElementChild.cloneNode(true);
const id = kind !== 'session' && xhr?.getResponseHeader?.('X-Request-ID');
for (const text of toast.querySelectorAll('[data-failure]')) text.hidden = text.dataset.failure !== kind;
toast.querySelector('[data-failure-reference]').hidden = !id;
toast.querySelector('[data-request-id]').textContent = id || '';
const button = toast.querySelector('[data-retry]');
button.hidden = kind === 'gone' || !config;
button.addEventListener('click', () => retry(toast));
shownToasts().forEach(old => old.remove());
failed.set(toast, { config, kind });
document.getElementById('toasts').append(toast);
};
const keepForm = event => {
const { xhr, requestConfig: config } = event.detail, to = xhr.getResponseHeader('HX-Redirect');
const signIn = template.content.querySelector('[data-sign-in]').getAttribute('href');
const expired = to && new URL(to, location).pathname === signIn;
if (config.verb === 'get' || config.elt.matches('[data-autosave]')) return;
if (!expired && !xhr.getResponseHeader('X-Form-Stale')) return;
event.preventDefault();
show(event, 'session');
if (!expired) renewToken();
};
if (template) {
const on = (name, handler) => document.body.addEventListener(name, handler);
on('htmx:beforeOnLoad', keepForm);
on('htmx:responseError', event => show(event, event.detail.xhr.status === 404 ? 'gone' : 'server'));
on('htmx:sendError', event => show(event, 'network'));
on('htmx:timeout', event => show(event, 'network'));
on('htmx:afterRequest', ({ detail }) => {
if (!detail.successful) return;
for (const toast of shownToasts()) if (failed.get(toast).config?.target === detail.target) toast.remove();
});
addEventListener('focus', () => { if (shownToasts().some(toast => failed.get(toast).kind === 'session')) renewToken(); });
}
}
{
const IGNORED = '[type="search"], [type="hidden"], [type="submit"], [data-unguarded]';
let leaving = new WeakSet();
const initial = new WeakMap(), touched = new WeakSet();
const state = form => JSON.stringify([...form.elements]
.filter(field => field.name && !field.matches(IGNORED) && (!/checkbox|radio/.test(field.type) || field.checked))
.map(field => [field.name, field.value]).sort());
const remember = root => root.querySelectorAll?.('form[data-guard]').forEach(form => touched.has(form) || initial.set(form, state(form)));
const findDirty = root => [...root.querySelectorAll('form[data-guard]')].find(form => !leaving.has(form)
&& (form.dataset.guard === 'dirty' || (initial.has(form) && state(form) !== initial.get(form))));
let onDiscard = null;
const show = (dialog, asking) => {
dialog.querySelector('[data-guard-ask]').hidden = !asking;
dialog.querySelector('[data-guard-rest]').hidden = asking;
const button = dialog.querySelector(asking ? '[data-guard-keep]' : '[data-guard-rest] button');
button?.focus({ preventScroll: button.getBoundingClientRect().bottom <= dialog.getBoundingClientRect().bottom });
};
const ask = (dialog, go) => { onDiscard = go; show(dialog, true); };
const asking = dialog => dialog.querySelector('[data-guard-ask]')?.hidden === false;
const isOnBackdrop = ({ target, clientX: x, clientY: y }, dialog) => {
const box = dialog.getBoundingClientRect();
return target === dialog && (x < box.left || x > box.right || y < box.top || y > box.bottom);
};
const cancel = event => { event.preventDefault(); event.stopImmediatePropagation(); };
document.addEventListener('keydown', event => {
const dialog = event.key === 'Escape' && document.querySelector('dialog:modal');
if (!dialog || dialog.querySelector(':popover-open') || !findDirty(dialog)) return;
cancel(event);
if (asking(dialog)) show(dialog, false);
else ask(dialog, () => dialog.close());
}, true);
document.addEventListener('cancel', event => {
const dialog = event.target;
if (!dialog.matches?.('dialog:modal') || !findDirty(dialog)) return;
cancel(event);
ask(dialog, () => dialog.close());
}, true);
document.addEventListener('click', event => {
const dialog = event.target.closest('dialog:modal');
if (!dialog) return;
if (event.target.closest('[data-guard-keep]')) return show(dialog, false);
if (event.target.closest('[data-guard-drop]')) {
leaving.add(findDirty(dialog) ?? dialog);
return onDiscard?.();
}
if (!(isOnBackdrop(event, dialog) || event.target.closest('[data-close]')) || !findDirty(dialog)) return;
cancel(event);
ask(dialog, () => dialog.close());
}, true);
document.addEventListener('htmx:confirm', event => {
const { elt, target, issueRequest } = event.detail, dialog = elt.closest('dialog:modal');
if (!dialog || target?.id !== 'dialog' || elt.closest('form[data-guard]') || !findDirty(dialog)) return;
event.preventDefault();
elt.closest('[popover]')?.hidePopover();
ask(dialog, () => issueRequest(true));
});
document.addEventListener('submit', event => { if (event.target.matches('form[data-guard]:not([hx-post])')) leaving.add(event.target); });
document.addEventListener('htmx:beforeOnLoad', event => {
const { elt, xhr } = event.detail;
if (!event.defaultPrevented && elt.matches('form[data-guard]') && xhr.getResponseHeader('HX-Redirect')) leaving.add(elt);
});
addEventListener('beforeunload', event => { if (findDirty(document)) { event.preventDefault(); leaving = new WeakSet(); } });
document.addEventListener('input', event => { if (event.target.form) touched.add(event.target.form); }, true);
for (const name of ['htmx:afterSwap', 'htmx:load']) document.addEventListener(name, event => remember(event.target));
remember(document);
}
{
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
menu.setAttribute('hx-indicator', 'this');
menu.addEventListener('htmx:afterSettle', event => {
if (event.target === menu && menu.childElementCount && button.matches('[data-menu]')) show(button, menu);
});
menu.addEventListener('toggle', event => {
if (event.newState === 'open' && button.matches(':focus-visible')) entries(menu)[0]?.focus();
});
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
}
{
const link = document.querySelector('[data-palette]'), isMac = navigator.platform.startsWith('Mac');
const open = event => {
event.preventDefault();
link.dataset.typed ??= '';
import(link.dataset.palette).then(() => link.dispatchEvent(new Event('palette')), () => location.assign(link.href));
};
if (link) {
document.addEventListener('keydown', event => {
const { key, ctrlKey, metaKey } = event;
if ('typed' in link.dataset && key.length === 1 && !ctrlKey && !metaKey) {
event.preventDefault();
link.dataset.typed += key;
} else if (!document.querySelector('dialog[open]')
&& (key === 'k' ? (isMac ? metaKey : ctrlKey) : key === '/' && !event.target.matches(':read-write, select'))) open(event);
}, true);
document.addEventListener('click', event => {
if (event.target.closest('[data-palette]') && !event.ctrlKey && !event.metaKey) open(event);
});
if (isMac) document.querySelector('[data-palette] kbd').textContent = '⌘ K';
}
}
{
const formatter = new Intl.NumberFormat(document.documentElement.lang || 'en');
const formOf = () => document.querySelector('form[data-select]');
const boxesOf = form => [...form.elements].filter(box => box.type === 'checkbox' && box.name && box.name !== 'all');
const controlOf = (form, selector) => [...form.elements].find(element => element.matches(selector));
const viewOf = form => JSON.stringify([...form.querySelectorAll('input[type="hidden"]')].map(field => field.value));
let ticked = new Set(), view = null, anchor = null, shift = false;
const announce = (form, n, all) => {
const output = document.querySelector('[data-select-said]');
if (!output) return;
const text = all ? output.dataset.all : n ? (n === 1 ? output.dataset.one : output.dataset.many) : output.dataset.none;
output.textContent = text.replace('{n}', formatter.format(n));
};
const refresh = (form, quiet) => {
const boxes = boxesOf(form), n = boxes.filter(box => box.checked).length, before = ticked.size;
ticked = new Set(boxes.filter(box => box.checked).map(box => box.value));
const page = controlOf(form, '[data-select-page]'), all = controlOf(form, '[name="all"]'), full = n > 0 && n === boxes.length;
if (page) Object.assign(page, { checked: full, indeterminate: n > 0 && !full });
if (all && !full) all.checked = false;
if (full) document.body.dispatchEvent(new CustomEvent('select:page'));
if (!quiet && (n || before)) announce(form, n, all?.checked);
};
const set = (form, boxes, checked) => { for (const box of boxes) box.checked = checked; refresh(form); };
const clear = form => {
anchor = null;
if (form) set(form, boxesOf(form), false);
};
document.addEventListener('click', event => {
const form = formOf(), box = event.target;
if (!form) return;
if (box.closest('[data-select-clear]')) {
clear(form);
return document.getElementById('main')?.focus();
}
if (box.form !== form || !boxesOf(form).includes(box)) return;
const boxes = boxesOf(form), from = boxes.findIndex(other => other.value === anchor), to = boxes.indexOf(box);
if ((event.shiftKey || shift) && from >= 0) {
for (const other of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) other.checked = box.checked;
getSelection()?.removeAllRanges();
}
anchor = box.value;
});
document.addEventListener('change', event => {
const form = formOf(), box = event.target;
if (!form || box.form !== form) return;
if (box.matches('[data-select-page]') || (box.name === 'all' && box.checked)) set(form, boxesOf(form), box.checked);
else refresh(form);
});
document.addEventListener('keydown', event => {
shift = event.shiftKey;
const form = formOf();
if (event.key === 'Enter' && form && event.target.form === form && event.target.type === 'checkbox') {
event.preventDefault(); // otherwise the first button submits the form
if (ticked.size) document.querySelector('[data-select-bar] button')?.focus({ preventScroll: true });
return;
}
const inside = event.target.matches('body, #main, [type="checkbox"], .bulk *');
if (event.key !== 'Escape' || !form || !ticked.size || !inside || document.querySelector(':popover-open, dialog:modal')) return;
const focus = event.target.form === form && event.target.type === 'checkbox' ? event.target : document.getElementById('main');
clear(form);
focus?.focus();
});
document.addEventListener('keyup', event => { shift = event.shiftKey; });
const restore = () => {
const form = formOf();
if (!form) return;
if (viewOf(form) === view) for (const box of boxesOf(form)) box.checked ||= ticked.has(box.value);
else anchor = null;
view = viewOf(form);
refresh(form, true);
};
document.addEventListener('htmx:afterSwap', restore);
document.addEventListener('htmx:oobAfterSwap', restore);
document.addEventListener('select:clear', () => clear(formOf()));
addEventListener('pageshow', restore);
restore();
}
{
let target = null;
document.body.addEventListener('htmx:beforeSwap', ({ detail }) => {
detail.serverResponse = detail.serverResponse.replace(/<noscript>.*?<\/noscript>/gs, '');
const focused = document.activeElement;
target = focused !== document.body && detail.target.contains(focused) ? detail.target : null;
});
document.body.addEventListener('htmx:afterSettle', () => {
const list = target?.querySelector('.table-scroll') ?? document.getElementById('main');
if (target && document.activeElement === document.body && !document.querySelector('dialog:modal')) list.focus({ preventScroll: true });
target = null;
});
}
{
document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
