/* Closes an open menu by a click elsewhere and by Escape, which gives the focus back to its button. Without this script its own button closes it. */
(function () {
  "use strict";

  function close(except) {
    Array.prototype.slice.call(document.querySelectorAll("details.menu[open]")).forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }

  document.addEventListener("click", function (event) { close(event.target.closest("details.menu")); });
  document.addEventListener("keydown", function (event) {
    var open = document.querySelector("details.menu[open]");
    if (event.key !== "Escape" || !open) return;
    close();
    open.querySelector("summary").focus();
  });
})();
