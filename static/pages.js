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
