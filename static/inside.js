{
const waiting = new WeakMap(), leaving = new WeakSet();
const formOf = event => (event.detail.elt?.matches?.('[data-autosave]') ? event.detail.elt.closest('form') : null);
document.addEventListener('htmx:beforeRequest', event => {
const form = formOf(event);
if (!form) return;
if (leaving.has(form)) event.preventDefault();
else waiting.set(form, null);
});
document.addEventListener('htmx:afterRequest', event => {
const form = formOf(event), submitter = form && waiting.get(form);
if (form) waiting.delete(form);
if (submitter) form.requestSubmit(submitter);
});
document.addEventListener('submit', event => {
const form = event.target;
if (!form.querySelector('[data-autosave]')) return;
if (!waiting.has(form)) return leaving.add(form);
event.preventDefault();
waiting.set(form, event.submitter ?? form.querySelector('[type="submit"]'));
});
let ticked = new Map();
const boxes = () => document.querySelectorAll('.adder input');
const again = () => { for (const box of boxes()) box.checked = ticked.get(box.id) ?? box.checked; };
document.addEventListener('htmx:beforeSwap', () => { ticked = new Map([...boxes()].map(box => [box.id, box.checked])); });
document.addEventListener('htmx:afterSwap', again);
document.addEventListener('htmx:oobAfterSwap', again);
document.addEventListener('keydown', event => {
if (event.key === 'Enter' && event.target.matches('[data-search]')) event.preventDefault();
});
addEventListener('pageshow', event => { if (event.persisted && document.querySelector('[data-autosave]')) location.reload(); });
}
{
const host = document.getElementById('dialog');
const sending = dialog => dialog?.querySelector('[data-disabled-by-htmx]');
let opener = null;
const close = () => {
host.replaceChildren();
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
for (const first of dialog.querySelectorAll('[autofocus]')) {
first.removeAttribute('autofocus');
first.dataset.first = '';
}
});
document.body.addEventListener('htmx:beforeRequest', event => {
const source = event.detail.elt;
if (event.detail.target !== host || host.contains(source)) return;
const menu = source.closest('[popover]');
opener = menu ? document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`) : source;
menu?.hidePopover();
if (!opener?.matches('.btn')) return;
const busy = opener;
busy.setAttribute('aria-busy', 'true');
event.detail.xhr.addEventListener('loadend', () => busy.removeAttribute('aria-busy'));
});
document.body.addEventListener('htmx:beforeRequest', event => {
const dialog = document.querySelector('dialog:modal'), from = document.activeElement;
if (dialog?.contains(from)) event.detail.xhr.addEventListener('loadend', () => {
if (document.activeElement === document.body && from.isConnected && dialog.open) from.focus();
});
});
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
}
{
const template = document.getElementById('failure');
const failed = new WeakMap();
const shown = () => [...document.querySelectorAll('[data-toast]')].filter(toast => failed.has(toast));
const renew = async () => {
const answer = await fetch(location.href).catch(() => null);
const now = answer?.ok && new DOMParser().parseFromString(await answer.text(), 'text/html');
const who = page => page.querySelector('#account-menu .menu-title')?.textContent;
if (!now || !who(now) || who(now) !== who(document)) return false;
const headers = now.body.getAttribute('hx-headers'), token = JSON.parse(headers)['X-CSRFToken'];
document.body.setAttribute('hx-headers', headers);
for (const field of document.querySelectorAll('[name="csrfmiddlewaretoken"]')) field.value = token;
return true;
};
const again = async toast => {
const { config, kind } = failed.get(toast);
if (kind === 'session' && !await renew()) return;
const { verb, path, elt, target, triggeringEvent: event } = config, by = event?.submitter;
toast.remove();
htmx.ajax(verb, path, { source: elt, target, values: by?.name ? { [by.name]: by.value } : undefined })
.catch(() => {}); // said by what follows from the same events
};
const show = (event, kind) => {
const { xhr, requestConfig: config } = event.detail;
const toast = template.content.firstElementChild.cloneNode(true);
const id = kind !== 'session' && xhr?.getResponseHeader?.('X-Request-ID');
for (const text of toast.querySelectorAll('[data-failure]')) text.hidden = text.dataset.failure !== kind;
toast.querySelector('[data-failure-reference]').hidden = !id;
toast.querySelector('[data-request-id]').textContent = id || '';
const retry = toast.querySelector('[data-retry]');
retry.hidden = kind === 'gone' || !config;
retry.addEventListener('click', () => again(toast));
shown().forEach(old => old.remove());
failed.set(toast, { config, kind });
document.getElementById('toasts').append(toast);
};
const unsaved = event => {
const { xhr, requestConfig: config } = event.detail, to = xhr.getResponseHeader('HX-Redirect');
const page = template.content.querySelector('[data-sign-in]').getAttribute('href');
const out = to && new URL(to, location).pathname === page;
if (config.verb === 'get' || config.elt.matches('[data-autosave]')) return;
if (!out && !xhr.getResponseHeader('X-Form-Stale')) return;
event.preventDefault();
show(event, 'session');
if (!out) renew();
};
if (template) {
const on = (name, does) => document.body.addEventListener(name, does);
on('htmx:beforeOnLoad', unsaved);
on('htmx:responseError', event => show(event, event.detail.xhr.status === 404 ? 'gone' : 'server'));
on('htmx:sendError', event => show(event, 'network'));
on('htmx:timeout', event => show(event, 'network'));
on('htmx:afterRequest', ({ detail }) => {
if (!detail.successful) return;
for (const toast of shown()) if (failed.get(toast).config?.target === detail.target) toast.remove();
});
addEventListener('focus', () => { if (shown().some(toast => failed.get(toast).kind === 'session')) renew(); });
}
}
{
let gone = null;
document.body.addEventListener('htmx:beforeSwap', ({ detail }) => {
const at = document.activeElement;
gone = at !== document.body && detail.target.contains(at) ? detail.target : null;
});
document.body.addEventListener('htmx:afterSettle', () => {
const list = gone?.querySelector('.table-scroll') ?? document.getElementById('main');
if (gone && document.activeElement === document.body && !document.querySelector('dialog:modal')) list.focus({ preventScroll: true });
gone = null;
});
}
{
const LATER = '[type="search"], [type="hidden"], [type="submit"]';
const first = new WeakMap(), touched = new WeakSet(), leaving = new WeakSet();
const state = form => JSON.stringify([...form.elements]
.filter(field => field.name && !field.matches(LATER) && (!/checkbox|radio/.test(field.type) || field.checked))
.map(field => [field.name, field.value]).sort());
const remember = root => root.querySelectorAll?.('form[data-guard]').forEach(form => touched.has(form) || first.set(form, state(form)));
const dirty = root => [...root.querySelectorAll('form[data-guard]')].find(form => !leaving.has(form)
&& (form.dataset.guard === 'dirty' || (first.has(form) && state(form) !== first.get(form))));
let then = null;
const show = (dialog, asking) => {
dialog.querySelector('[data-guard-ask]').hidden = !asking;
dialog.querySelector('[data-guard-rest]').hidden = asking;
const button = dialog.querySelector(asking ? '[data-guard-keep]' : '[data-guard-rest] button');
button?.focus({ preventScroll: button.getBoundingClientRect().bottom <= dialog.getBoundingClientRect().bottom });
};
const ask = (dialog, go) => { then = go; show(dialog, true); };
const asking = dialog => dialog.querySelector('[data-guard-ask]')?.hidden === false;
const stop = event => { event.preventDefault(); event.stopImmediatePropagation(); };
document.addEventListener('keydown', event => {
const dialog = event.key === 'Escape' && document.querySelector('dialog:modal');
if (!dialog || dialog.querySelector(':popover-open') || !dirty(dialog)) return;
stop(event);
if (asking(dialog)) show(dialog, false);
else ask(dialog, () => dialog.close());
}, true);
document.addEventListener('cancel', event => {
const dialog = event.target;
if (!dialog.matches?.('dialog:modal') || !dirty(dialog)) return;
stop(event);
ask(dialog, () => dialog.close());
}, true);
document.addEventListener('click', event => {
const dialog = event.target.closest('dialog:modal');
if (!dialog) return;
if (event.target.closest('[data-guard-keep]')) return show(dialog, false);
if (event.target.closest('[data-guard-drop]')) {
leaving.add(dirty(dialog) ?? dialog);
return then?.();
}
const box = dialog.getBoundingClientRect();
const beside = event.target === dialog && (event.clientX < box.left || event.clientY < box.top || event.clientX > box.right);
if (!(beside || event.target.closest('[data-close]')) || !dirty(dialog)) return;
stop(event);
ask(dialog, () => dialog.close());
}, true);
document.addEventListener('htmx:confirm', event => {
const { elt, target, issueRequest } = event.detail, dialog = elt.closest('dialog:modal');
if (!dialog || target?.id !== 'dialog' || elt.closest('form[data-guard]') || !dirty(dialog)) return;
event.preventDefault();
elt.closest('[popover]')?.hidePopover();
ask(dialog, () => issueRequest(true));
});
document.addEventListener('submit', event => { if (event.target.matches('form[data-guard]:not([hx-post])')) leaving.add(event.target); });
document.addEventListener('htmx:beforeOnLoad', event => {
const { elt, xhr } = event.detail;
if (!event.defaultPrevented && elt.matches('form[data-guard]') && xhr.getResponseHeader('HX-Redirect')) leaving.add(elt);
});
addEventListener('beforeunload', event => { if (dirty(document)) event.preventDefault(); });
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
const make = button => {
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
const url = new URL(button.formAction), menu = document.getElementById(`${button.id}-menu`) ?? make(button);
url.search = new URLSearchParams(new FormData(button.form));
menu.dataset.from = from || ''; // the key that opened it goes on inside
button.setAttribute('aria-busy', 'true');
const done = () => button.removeAttribute('aria-busy');
htmx.ajax('GET', url.pathname + url.search, { source: menu, target: menu, swap: 'innerHTML' }).then(done, done);
};
const forget = menu => {
const button = document.getElementById(menu.dataset.of);
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
const { requestConfig: config, successful } = event.detail;
if (successful && config?.verb === 'post') document.querySelectorAll('.menu[data-of]:not(:has([data-stays]))').forEach(forget);
});
}
{
const number = new Intl.NumberFormat(document.documentElement.lang || 'en');
const formOf = () => document.querySelector('form[data-select]');
const boxesOf = form => [...form.elements].filter(box => box.type === 'checkbox' && box.name && box.name !== 'all');
const partOf = (form, wanted) => [...form.elements].find(element => element.matches(wanted));
const viewOf = form => JSON.stringify([...form.querySelectorAll('input[type="hidden"]')].map(field => field.value));
let ticked = new Set(), view = null, anchor = null, shift = false;
const say = (form, n, all) => {
const out = document.querySelector('[data-select-said]');
if (!out) return;
const words = all ? out.dataset.all : n ? (n === 1 ? out.dataset.one : out.dataset.many) : out.dataset.none;
out.textContent = words.replace('{n}', number.format(n));
};
const settle = (form, quiet) => {
const boxes = boxesOf(form), n = boxes.filter(box => box.checked).length, before = ticked.size;
ticked = new Set(boxes.filter(box => box.checked).map(box => box.value));
const page = partOf(form, '[data-select-page]'), all = partOf(form, '[name="all"]'), full = n > 0 && n === boxes.length;
if (page) Object.assign(page, { checked: full, indeterminate: n > 0 && !full });
if (all && !full) all.checked = false;
if (full) document.body.dispatchEvent(new CustomEvent('select:page'));
if (!quiet && (n || before)) say(form, n, all?.checked);
};
const set = (form, boxes, checked) => { for (const box of boxes) box.checked = checked; settle(form); };
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
else settle(form);
});
document.addEventListener('keydown', event => {
shift = event.shiftKey;
const form = formOf();
if (event.key === 'Enter' && form && event.target.form === form && event.target.type === 'checkbox') {
event.preventDefault(); // or the form is sent by its first button
if (ticked.size) document.querySelector('[data-select-bar] button')?.focus({ preventScroll: true });
return;
}
const inside = event.target.matches('body, #main, [type="checkbox"], .bulk *');
if (event.key !== 'Escape' || !form || !ticked.size || !inside || document.querySelector(':popover-open, dialog:modal')) return;
const back = event.target.form === form && event.target.type === 'checkbox' ? event.target : document.getElementById('main');
clear(form);
back?.focus();
});
document.addEventListener('keyup', event => { shift = event.shiftKey; });
const again = () => {
const form = formOf();
if (!form) return;
if (viewOf(form) === view) for (const box of boxesOf(form)) box.checked ||= ticked.has(box.value);
else anchor = null;
view = viewOf(form);
settle(form, true);
};
document.addEventListener('htmx:afterSwap', again);
document.addEventListener('htmx:oobAfterSwap', again);
document.addEventListener('select:clear', () => clear(formOf()));
addEventListener('pageshow', again);
again();
}
