/* A request that fails says so, with the request's id and a way to try again: with what stands in the form by then.
   A form that was sent after its session had ended stays as it is: one signs in elsewhere, and the page takes the
   new session's token over. */
const template = document.getElementById('failure');
const failed = new WeakMap();
const shown = () => [...document.querySelectorAll('[data-toast]')].filter(toast => failed.has(toast));

/* Puts the token of the session that there is now into the page; not where nobody is signed in, or somebody else. */
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

/* What was sent without a session is answered with the way to the sign-in page, or, once there is another session, with
   the word that the form is of the old one. Leaving would lose what was typed, but where that is kept all the time. */
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
  // What went well in the same place since is no failure any more, and trying again would undo it.
  on('htmx:afterRequest', ({ detail }) => {
    if (!detail.successful) return;
    for (const toast of shown()) if (failed.get(toast).config?.target === detail.target) toast.remove();
  });
  addEventListener('focus', () => { if (shown().some(toast => failed.get(toast).kind === 'session')) renew(); });
}
