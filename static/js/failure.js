/* A request that fails says so, with the request's id and a way to try again. */
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
