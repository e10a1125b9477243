/* A page that responds to a form, because of an error: the browser's Back and Reload open it anew. Otherwise they would
   need to send the form again, which Back answers with an error of the browser. */
if (document.documentElement.hasAttribute('data-sent')) history.replaceState(history.state, '');
