/* A scanned slip opens this page with its code behind #, which browsers send to no server: it is put into the form and sent as that. */
(function () {
  "use strict";
  var form = document.getElementById("admit");
  var code = location.hash.slice(1);
  if (!form || !code) return;
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = code;
  form.submit();
})();
