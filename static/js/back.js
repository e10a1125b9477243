/* The page of a form that was refused: the browser's Back and Reload open it anew. Otherwise they would need to send the
   form again, which Back answers with an error of the browser. */
const refused = '.notice[data-tone="danger"], .notice[role="alert"], [aria-invalid="true"]';
if (document.documentElement.hasAttribute('data-sent') && document.querySelector(refused)) history.replaceState(history.state, '');
