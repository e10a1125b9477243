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
const number = new Intl.NumberFormat(document.documentElement.lang || 'en');
const count = text => [...text.replace(/\r\n?/g, '\n')].length;
const update = control => {
const out = document.querySelector(`[data-count-of="${CSS.escape(control.id)}"]`);
if (!out) return;
const n = count(control.value), max = Number(control.dataset.counter), over = n - max;
out.toggleAttribute('data-too-many', over > 0);
out.setAttribute('aria-live', over > -50 ? 'polite' : 'off');
out.textContent = (over > 0 ? out.dataset.over : out.dataset.text)
.replace('{n}', number.format(n)).replace('{max}', number.format(max)).replace('{over}', number.format(over));
};
const all = root => root.querySelectorAll?.('[data-counter]').forEach(update);
document.addEventListener('input', event => { if (event.target.matches('[data-counter]')) update(event.target); });
document.addEventListener('htmx:load', event => all(event.target));
all(document);
}
{
const host = document.getElementById('dialog');
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
});
const beside = ({ target, clientX: x, clientY: y }, dialog) => {
const box = dialog.getBoundingClientRect();
return target === dialog && (x < box.left || x > box.right || y < box.top || y > box.bottom);
};
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
const show = (event, kind) => {
const { xhr, requestConfig: config } = event.detail;
const region = document.getElementById('toasts');
const toast = template.content.firstElementChild.cloneNode(true);
const id = xhr?.getResponseHeader?.('X-Request-ID');
for (const text of toast.querySelectorAll('[data-failure]')) text.hidden = text.dataset.failure !== kind;
toast.querySelector('[data-failure-reference]').hidden = !id;
toast.querySelector('[data-request-id]').textContent = id ?? '';
const retry = toast.querySelector('[data-retry]');
retry.hidden = kind === 'gone' || !config;
retry.addEventListener('click', () => {
toast.remove();
const { verb, path, elt, target, formData } = config;
htmx.ajax(verb, path, { source: elt, target, values: formData ? Object.fromEntries(formData) : undefined });
});
region.querySelectorAll('[data-retry]').forEach(old => old.closest('[data-toast]').remove());
region.append(toast);
};
if (template) {
document.body.addEventListener('htmx:responseError', event => show(event, event.detail.xhr.status === 404 ? 'gone' : 'server'));
document.body.addEventListener('htmx:sendError', event => show(event, 'network'));
document.body.addEventListener('htmx:timeout', event => show(event, 'network'));
}
}
{
const LATER = '[type="search"], [type="hidden"], [type="submit"]';
const first = new WeakMap(), leaving = new WeakSet();
const state = form => JSON.stringify([...form.elements]
.filter(field => field.name && !field.matches(LATER) && (!/checkbox|radio/.test(field.type) || field.checked))
.map(field => [field.name, field.value]).sort());
const remember = root => root.querySelectorAll?.('form[data-guard]').forEach(form => first.set(form, state(form)));
const dirty = root => [...root.querySelectorAll('form[data-guard]')].find(form => !leaving.has(form)
&& (form.dataset.guard === 'dirty' || (first.has(form) && state(form) !== first.get(form))));
let then = null;
const show = (dialog, asking) => {
dialog.querySelector('[data-guard-ask]').hidden = !asking;
dialog.querySelector('[data-guard-rest]').hidden = asking;
dialog.querySelector(asking ? '[data-guard-keep]' : '[data-guard-rest] button')?.focus();
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
addEventListener('beforeunload', event => { if (dirty(document)) event.preventDefault(); });
document.addEventListener('htmx:load', event => remember(event.target));
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
if (event.detail.requestConfig?.verb === 'post') document.querySelectorAll('.menu[data-of]:not(:has([data-stays]))').forEach(forget);
});
}
{
const items = menu => [...menu.querySelectorAll('.menu-item, .menu-item input')]
.filter(item => item.matches('a, button:not(:disabled), input:not(:disabled), [role="menuitem"]') && item.checkVisibility());
const words = item => (item.closest('.menu-item') ?? item).textContent.trim().toLowerCase();
const steps = { ArrowDown: (at, n) => (at + 1) % n, ArrowUp: (at, n) => (at <= 0 ? n : at) - 1, Home: () => 0, End: (at, n) => n - 1 };
let typed = '', timer;
const opens = button => document.getElementById(button?.getAttribute('popovertarget') ?? '');
const real = (event, menu) => {
const space = event.key === ' ' && !typed && !event.target.matches('button');
if (event.key === 'Tab') menu.hidePopover(); // focus is back at the button, and goes on from there
if (space) {
event.preventDefault();
event.target.click();
}
return space || event.key === 'Tab';
};
document.addEventListener('keydown', event => {
const button = event.target.closest('[popovertarget]');
const menu = event.target.closest('.menu') ?? (event.key.startsWith('Arrow') && opens(button));
if (!menu || !menu.matches('.menu[popover]') || event.ctrlKey || event.metaKey || event.altKey) return;
if (event.target.matches('textarea, select, input:not([type="checkbox"], [type="radio"])')) return;
if (menu.matches('[role="menu"]') && menu.contains(event.target) && real(event, menu)) return;
if (!menu.matches(':popover-open')) menu.showPopover({ source: button });
const all = items(menu), at = all.indexOf(document.activeElement);
let next = steps[event.key]?.(at, all.length);
if (next === undefined && event.key.length === 1 && (event.key !== ' ' || typed)) {
clearTimeout(timer);
timer = setTimeout(() => { typed = ''; }, 600);
typed += event.key.toLowerCase();
const from = typed.length > 1 ? at : at + 1;
next = all.map((item, i) => (from + i) % all.length).find(i => words(all[i]).startsWith(typed));
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
const by = [...document.querySelectorAll(`[popovertarget="${CSS.escape(menu.id)}"]`)].find(button => button.checkVisibility());
if (!by) return;
const b = by.getBoundingClientRect(), m = menu.getBoundingClientRect();
const up = b.bottom + m.height + 8 > innerHeight, start = b.right - m.width < 8;
Object.assign(menu.style, {
inset: 'auto', margin: 0,
insetBlockStart: `${up ? b.top - m.height - 4 : b.bottom + 4}px`,
insetInlineStart: `${start ? b.left : b.right - m.width}px`,
});
}, true);
}
{
const reveals = root => root.querySelectorAll?.('[data-reveal]').forEach(button => { button.hidden = false; });
const letters = text => [...text.normalize('NFKC').toLowerCase()].filter(c => /[\p{L}\p{N}]/u.test(c)).join('');
const checks = {
length: ({ value, dataset }) => [...value].length >= Number(dataset.min ?? 15),
unlike: ({ value, dataset }) => value !== '' && (dataset.unlike ?? '').split('|').map(letters)
.every(word => word.length < 4 || !letters(value).includes(word)),
};
const strength = (value, met) => {
if (!value) return 0;
if (!met) return 1;
const bits = new Set(value).size * Math.log2([...value].length);
return bits < 32 ? 1 : bits < 48 ? 2 : bits < 64 ? 3 : 4;
};
const update = (control, rules) => {
let met = true;
for (const line of rules.querySelectorAll('[data-rule]')) {
const ok = checks[line.dataset.rule](control);
line.toggleAttribute('data-met', ok);
met &&= ok;
}
const box = rules.querySelector('[data-strength]');
const level = strength(control.value, met), meter = box.querySelector('progress'), words = box.querySelector('[data-words]');
box.hidden = !control.value;
meter.value = level;
meter.dataset.tone = ['neutral', 'danger', 'warning', 'success', 'success'][level];
const said = words.dataset.words.split('|')[level];
if (words.textContent !== said) words.textContent = said;
};
document.addEventListener('click', event => {
const button = event.target.closest('[data-reveal]');
if (!button) return;
const input = button.parentElement.querySelector('input'), shown = input.type === 'password';
input.type = shown ? 'text' : 'password';
button.setAttribute('aria-pressed', shown);
});
document.addEventListener('input', event => {
const rules = event.target.id && document.querySelector(`[data-rules-of="${CSS.escape(event.target.id)}"]`);
if (rules) update(event.target, rules);
});
document.addEventListener('submit', event => {
for (const button of event.target.querySelectorAll('[data-reveal][aria-pressed="true"]')) button.click();
});
document.addEventListener('htmx:load', event => reveals(event.target));
reveals(document);
}
{
const NAMED = /^([^<>]*?)\s*<([^<>\s]+)>$/;
const named = (words, email) => {
const plain = words.replace(/^["'\s]+|["'\s]+$/g, '');
const [first, last] = plain.includes(',') ? plain.split(/,(.*)/).slice(0, 2).reverse() : plain.split(/\s+(.*)/);
return { email, first: (first ?? '').trim(), last: (last ?? '').trim() };
};
const person = part => {
const match = part.match(NAMED);
return match ? named(match[1], match[2]) : { email: part };
};
const listed = line => (line.match(/(?:"[^"]*"|[^,;])+/g) ?? []).map(part => part.trim()).filter(Boolean)
.flatMap(part => { const words = part.split(/\s+/); return words.every(word => word.includes('@')) ? words : [part]; })
.map(person);
const columns = line => {
const cells = line.split('\t').map(cell => cell.trim()), email = cells.find(cell => cell.includes('@'));
const names = cells.filter(cell => cell && cell !== email);
return email ? [{ email, first: names[0] ?? '', last: names.slice(1).join(' ') }] : [];
};
const people = text => text.split(/[\r\n]+/).flatMap(line => (line.includes('\t') ? columns(line) : listed(line)));
const fill = (row, found) => {
for (const [what, value] of Object.entries(found)) {
const input = row.querySelector(`[data-paste="${what}"]`);
if (!input || !value || (what !== 'email' && input.value)) continue;
input.value = value;
input.dispatchEvent(new Event('input', { bubbles: true }));
}
};
const written = ({ email, first, last }) => (first ? `${first} ${last} <${email}>` : email);
document.addEventListener('paste', event => {
if (!event.target.matches('[data-paste="email"]')) return;
const list = event.target.closest('[data-repeat]'), found = people(event.clipboardData.getData('text'));
const addresses = found.filter(({ email }) => email.includes('@'));
if (!list || (addresses.length < 2 && !addresses[0]?.first)) return;
event.preventDefault();
const all = [...list.querySelectorAll('[data-repeat-row]')], here = event.target.closest('[data-repeat-row]');
const empty = all.slice(all.indexOf(here) + 1).filter(row => !row.querySelector('[data-paste="email"]').value);
const rows = [here, ...empty].slice(0, found.length);
const detail = { count: found.length - rows.length, rows: [] };
here.dispatchEvent(new CustomEvent('repeat:want', { bubbles: true, detail }));
rows.push(...detail.rows);
rows.forEach((row, n) => fill(row, found[n]));
const left = found.slice(rows.length);
if (left.length) fill(rows.at(-1), { email: [found[rows.length - 1], ...left].map(written).join(', ') });
});
}
{
const NUMBERED = ['id', 'name', 'for', 'aria-describedby', 'aria-labelledby', 'data-count-of'];
const rowsOf = list => [...list.querySelectorAll('[data-repeat-row]')];
const renumber = (row, to) => {
const from = row.dataset.n;
row.dataset.n = to;
if (from === undefined || from === String(to)) return;
const old = new RegExp(`(?<=-|^)${from}(?=-|_|$|\\s)`, 'g');
for (const node of [row, ...row.querySelectorAll('*')]) {
if (node.matches('[data-repeat-remove]') && node.value === from) node.value = to;
for (const name of NUMBERED) if (node.hasAttribute(name)) node.setAttribute(name, node.getAttribute(name).replace(old, to));
}
};
const settle = list => {
const rows = rowsOf(list);
rows.forEach((row, n) => {
renumber(row, n);
for (const title of row.querySelectorAll('[data-repeat-number]')) title.textContent = n + 1;
for (const button of row.querySelectorAll('[data-repeat-remove]')) button.hidden = rows.length === 1;
});
const total = list.querySelector('[data-repeat-total]');
if (total) total.value = rows.length;
for (const button of list.querySelectorAll('[data-repeat-add]')) button.disabled = rows.length >= Number(list.dataset.max ?? Infinity);
const before = list.dataset.rows;
list.dataset.rows = rows.length;
if (before && before !== list.dataset.rows) list.dispatchEvent(new CustomEvent('repeat:change', { bubbles: true, detail: rows.length }));
};
const add = list => {
const rows = rowsOf(list);
if (rows.length >= Number(list.dataset.max ?? Infinity)) return null;
const holder = document.createElement('template');
holder.innerHTML = list.querySelector('template').innerHTML.replaceAll('__n__', rows.length);
const row = holder.content.firstElementChild;
row.dataset.n = rows.length;
rows.at(-1).after(row);
window.htmx?.process(row);
settle(list);
return row;
};
document.addEventListener('click', event => {
const list = event.target.closest('[data-repeat]');
if (!list) return;
if (event.target.closest('[data-repeat-add]')) {
event.preventDefault();
add(list)?.querySelector('input')?.focus();
}
const remove = event.target.closest('[data-repeat-remove]');
if (remove) {
event.preventDefault();
const rows = rowsOf(list), row = remove.closest('[data-repeat-row]'), at = rows.indexOf(row);
if (rows.length === 1) return;
row.remove();
settle(list);
rowsOf(list)[Math.max(0, at - 1)].querySelector('input')?.focus();
}
});
document.addEventListener('repeat:want', event => {
const list = event.target.closest('[data-repeat]');
for (let n = event.detail.count; n > 0; n -= 1) {
const row = add(list);
if (!row) break;
event.detail.rows.push(row);
}
});
document.addEventListener('htmx:load', event => event.target.querySelectorAll?.('[data-repeat]').forEach(settle));
document.querySelectorAll('[data-repeat]').forEach(settle);
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
{
const update = badge => {
const boxes = document.querySelectorAll(`${badge.dataset.tally} input[type="checkbox"]:checked:not(:disabled)`);
const n = boxes.length + Number(badge.dataset.tallyPlus ?? 0);
badge.textContent = n || '';
badge.hidden = !n;
};
const all = () => document.querySelectorAll('[data-tally]').forEach(update);
document.addEventListener('change', event => { if (event.target.matches('input[type="checkbox"]')) all(); });
document.addEventListener('htmx:load', all);
all();
}
{
document.addEventListener('change', event => {
if (!event.target.matches('input[type="radio"][name="theme"]')) return;
document.documentElement.dataset.theme = event.target.value;
for (const other of document.querySelectorAll(`input[name="theme"][value="${event.target.value}"]`)) other.checked = true;
});
}
{
const region = document.getElementById('toasts');
const leave = toast => {
if (toast.matches(':hover, :focus-within')) return setTimeout(leave, 3000, toast);
toast.remove();
};
const arrive = toast => {
const modal = document.querySelector('dialog:modal');
if (modal) {
modal.querySelector(':scope > [data-toast]')?.remove();
toast.setAttribute('role', 'alert');
modal.prepend(toast);
}
if (toast.matches('[data-tone="success"]')) setTimeout(leave, 8000, toast);
};
document.addEventListener('click', event => {
const toast = event.target.closest('[data-dismiss]')?.closest('[data-toast]');
if (!toast) return;
const modal = toast.closest('dialog');
toast.remove();
(modal?.querySelector('[data-first]') ?? document.getElementById('main'))?.focus({ preventScroll: true });
});
if (region) {
new MutationObserver(changes => {
for (const { addedNodes } of changes) for (const node of addedNodes) if (node.matches?.('[data-toast]')) arrive(node);
}).observe(region, { childList: true });
requestAnimationFrame(() => region.append(...region.children));
}
}
