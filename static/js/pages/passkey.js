/* Passkeys (WebAuthn). [data-passkey="create|get"] has a button. It asks data-url + "options/" for options, the browser for
   a passkey, and posts it to data-url, which answers {url} or {code, detail}. With data-autofill, passkeys are suggested in
   the username field as well. [data-passkey-site] is shown only where passkeys work, [data-passkey-missing] elsewhere, and
   [data-passkey-offer] where the device itself has passkeys. [data-passkey-signal] tells the browser which still exist. */
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
// Written by hand, because the toJSON() of some password managers throws.
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

/* Suggestions in the username field. They wait until one is chosen, and start again after a failure. */
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
