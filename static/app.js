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
const formatter = new Intl.NumberFormat(document.documentElement.lang || 'en');
const count = text => [...text.replace(/\r\n?/g, '\n')].length;
const update = control => {
const output = document.querySelector(`[data-count-of="${CSS.escape(control.id)}"]`);
if (!output) return;
const n = count(control.value), max = Number(control.dataset.counter), over = n - max;
output.toggleAttribute('data-too-many', over > 0);
output.setAttribute('aria-live', over > -50 ? 'polite' : 'off');
output.textContent = (over > 0 ? output.dataset.over : output.dataset.text)
.replace('{n}', formatter.format(n)).replace('{max}', formatter.format(max)).replace('{over}', formatter.format(over));
};
const updateAll = root => root.querySelectorAll?.('[data-counter]').forEach(update);
document.addEventListener('input', event => { if (event.target.matches('[data-counter]')) update(event.target); });
document.addEventListener('htmx:load', event => updateAll(event.target));
updateAll(document);
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
const API = window.PublicKeyCredential;
const works = site => Boolean(API) && (location.hostname === site || location.hostname.endsWith(`.${site}`));
const decode = text => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0));
const encode = buffer => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer)))
.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const decodeIds = list => (list ?? []).map(entry => ({ ...entry, id: decode(entry.id) }));
const parse = {
create: o => API.parseCreationOptionsFromJSON?.(o) ?? { ...o, challenge: decode(o.challenge),
user: { ...o.user, id: decode(o.user.id) }, excludeCredentials: decodeIds(o.excludeCredentials) },
get: o => API.parseRequestOptionsFromJSON?.(o) ?? { ...o, challenge: decode(o.challenge),
allowCredentials: decodeIds(o.allowCredentials) },
};
const toJSON = ({ id, rawId, type, authenticatorAttachment, response: r, ...rest }, credential) => ({
id, type, rawId: encode(rawId), authenticatorAttachment: authenticatorAttachment ?? null,
clientExtensionResults: credential.getClientExtensionResults(),
response: {
clientDataJSON: encode(r.clientDataJSON), attestationObject: encode(r.attestationObject),
authenticatorData: encode(r.attestationObject ? null : r.authenticatorData), signature: encode(r.signature),
userHandle: encode(r.userHandle), transports: r.getTransports?.(),
},
});
const post = async (url, body) => {
const headers = { 'Content-Type': 'application/json', ...JSON.parse(document.body.getAttribute('hx-headers')) };
const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
if (!response.headers.get('Content-Type')?.startsWith('application/json')) {
location.reload(); // a page instead of JSON: signed out, the page is out of date, or it asks to sign in again
return new Promise(() => {});
}
const data = await response.json();
if (!response.ok) throw Object.assign(new Error(data.detail), { code: data.code, fromServer: true });
return data;
};
const signalUnknown = (rpId, credentialId) => API.signalUnknownCredential?.({ rpId, credentialId }).catch(() => {});
let running;
const run = async (box, mediation) => {
running?.abort();
const { signal } = running = new AbortController(), kind = box.dataset.passkey, url = box.dataset.url;
const options = await post(`${url}options/`, {});
const credential = await navigator.credentials[kind]({ publicKey: parse[kind](options), signal, mediation });
const next = box.dataset.next ?? document.querySelector('input[name="next"]')?.value;
const remember = document.querySelector('input[name="remember"]')?.checked;
try {
location.assign((await post(url, { credential: toJSON(credential, credential), next, remember })).url);
} catch (error) {
if (error.code === 'unknown') signalUnknown(options.rpId, credential.id);
throw Object.assign(error, { used: true });
}
};
const say = (box, error) => {
if (error?.name === 'AbortError') return;
const { denied, exists, failed } = box.dataset;
const text = error?.fromServer ? error.message : { NotAllowedError: denied, InvalidStateError: exists }[error?.name] ?? failed;
box.querySelector('[role="alert"]').textContent = error ? text : '';
};
const suggest = async box => {
if (!(await API.isConditionalMediationAvailable?.())) return;
await run(box, 'conditional').catch(error => {
if (error.name === 'AbortError' || error.name === 'NotAllowedError') return;
say(box, error);
if (error.used) suggest(box);
});
};
const press = async (box, button) => {
button.disabled = true;
say(box);
await run(box).catch(error => {
say(box, error);
button.disabled = false;
if ('autofill' in box.dataset) suggest(box);
});
};
for (const box of document.querySelectorAll('[data-passkey-site]')) {
if (!works(box.dataset.passkeySite)) continue;
if (!('passkeyOffer' in box.dataset)) box.hidden = false;
else API.isUserVerifyingPlatformAuthenticatorAvailable?.().then(available => { box.hidden = !available; });
if ('autofill' in box.dataset) suggest(box);
}
for (const box of document.querySelectorAll('[data-passkey-missing]')) box.hidden = works(box.dataset.passkeyMissing);
document.addEventListener('click', event => {
const button = event.target.closest('[data-passkey] button');
if (button) press(button.closest('[data-passkey]'), button);
});
const list = document.querySelector('[data-passkey-signal]');
if (list && API?.signalAllAcceptedCredentials) {
fetch(list.dataset.passkeySignal).then(response => response.json())
.then(accepted => API.signalAllAcceptedCredentials(accepted)).catch(() => {});
}
}
{
const showRevealButtons = root => root.querySelectorAll?.('[data-reveal]').forEach(button => { button.hidden = false; });
const letters = text => [...text.normalize('NFKD').toLowerCase()].filter(c => /[\p{L}\p{N}]/u.test(c)).join('');
const length = text => Math.min([...text].length, [...text.normalize('NFKC')].length);
const isOnly = (text, words) => {
const sorted = [...words].sort((a, b) => b.length - a.length);
const rest = sorted.reduce((left, word) => left.replaceAll(word, ' '), letters(text));
return rest.includes(' ') && !/\p{L}/u.test(rest);
};
const checks = {
length: ({ value, dataset }) => length(value) >= Number(dataset.min),
unlike: ({ value, dataset }) => value !== '' && !isOnly(value, (dataset.unlike ?? '').split('|').filter(Boolean)),
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
const level = strength(control.value, met), meter = box.querySelector('progress'), label = box.querySelector('[data-words]');
box.hidden = !control.value;
meter.value = level;
meter.dataset.tone = ['neutral', 'danger', 'warning', 'success', 'success'][level];
const text = label.dataset.words.split('|')[level];
if (label.textContent !== text) label.textContent = text;
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
document.addEventListener('htmx:load', event => showRevealButtons(event.target));
showRevealButtons(document);
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
document.addEventListener('keydown', event => {
if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
if (event.target.closest('input:not([type="checkbox"], [type="radio"]), textarea, select, dialog')) return;
const button = [...document.querySelectorAll('[data-undo] [type="submit"]')].at(-1);
if (!button) return;
event.preventDefault();
button.click();
});
}
