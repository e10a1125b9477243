/* Trying operations. The key is only in the page: it's in no storage, and no cookie is sent. */
const key = document.querySelector('#access-key');
document.querySelector('[data-api-key]').hidden = false;
document.querySelectorAll('[data-api-try]').forEach(form => { form.hidden = false; });

// On phones, the contents start closed.
if (matchMedia('(width < 60rem)').matches) document.querySelector('[data-api-nav]').open = false;

// A link to an operation opens it.
const openTarget = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (target?.matches('details')) target.open = true;
};
addEventListener('hashchange', openTarget);
openTarget();

const requestOf = form => {
  const fields = [...form.querySelectorAll('[data-place]')];
  const of = place => fields.filter(field => field.dataset.place === place && field.value !== '');
  let path = form.dataset.path;
  of('path').forEach(field => { path = path.replace(`{${field.name}}`, encodeURIComponent(field.value)); });
  const query = new URLSearchParams(of('query').map(field => [field.name, field.value]));
  const body = of('body')[0]?.value;
  const headers = { Authorization: `Bearer ${key.value.trim()}` };
  of('header').forEach(field => { headers[field.name] = field.value; });
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const url = path + (query.size ? `?${query}` : '');
  return [url, { method: form.dataset.method, headers, body, credentials: 'omit', cache: 'no-store', redirect: 'error' }];
};

const pretty = text => {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
};

const send = async form => {
  const [url, options] = requestOf(form);
  const started = performance.now();
  const response = await fetch(url, options);
  const text = await response.text();
  const output = form.querySelector('output');
  const took = Math.round(performance.now() - started);
  output.querySelector('b').textContent = `${response.status} ${response.statusText} · ${took} ms`;
  output.querySelector('pre').textContent = pretty(text) || '–';
  output.hidden = false;
};

document.addEventListener('submit', async event => {
  event.preventDefault();
  const form = event.target.closest('[data-api-try]');
  if (!form) return;
  const [missing, failed, button] = ['[data-missing]', '[data-failed]', '[type=submit]'].map(each => form.querySelector(each));
  missing.hidden = key.value.trim() !== '';
  failed.hidden = true;
  if (!missing.hidden) { key.focus(); return; }
  button.disabled = true;
  try { await send(form); } catch { failed.hidden = false; } finally { button.disabled = false; }
});
