/* Show failed requests in a toast, with the request's id and a button that tries again with the form's current values.
   A form sent after its session expired stays open: the user signs in in another tab, and the page takes over the new
   session's token. */
const template = document.getElementById('failure');
const failed = new WeakMap();
const shownToasts = () => [...document.querySelectorAll('[data-toast]')].filter(toast => failed.has(toast));

/* Put the current session's CSRF token into the page, but only if the same user is signed in. */
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

/* A request without a session gets a redirect to sign-in, or, with a new session, X-Form-Stale. Following the redirect
   would lose what was typed, except where it is autosaved. */
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
  // A later success in the same target replaces the failure, and trying again would undo it.
  on('htmx:afterRequest', ({ detail }) => {
    if (!detail.successful) return;
    for (const toast of shownToasts()) if (failed.get(toast).config?.target === detail.target) toast.remove();
  });
  addEventListener('focus', () => { if (shownToasts().some(toast => failed.get(toast).kind === 'session')) renewToken(); });
}
