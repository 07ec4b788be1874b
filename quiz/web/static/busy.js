/* A form that works for a while: its buttons rest, what is being done and for how long is said beside them. Without this script it just takes a while. */
(function () {
  "use strict";

  Array.prototype.slice.call(document.querySelectorAll("form[data-busy]")).forEach(function (form) {
    var said = form.querySelector("[data-busy-said]"), passed = form.querySelector("[data-busy-passed]");
    var buttons = Array.prototype.slice.call(form.querySelectorAll("button"));
    var timer = null;

    function rest() {
      clearInterval(timer);
      timer = null;
      form.removeAttribute("aria-busy");
      buttons.forEach(function (button) { button.disabled = false; });
      said.textContent = passed.textContent = "";
    }

    form.addEventListener("submit", function (event) {
      if (timer) return event.preventDefault();
      var began = Date.now();
      timer = setInterval(function () {
        passed.textContent = form.getAttribute("data-busy").replace("{n}", Math.round((Date.now() - began) / 1000));
      }, 1000);
      form.setAttribute("aria-busy", "true");
      said.textContent = (event.submitter || buttons[0]).getAttribute("data-busy-text") || "";
      /* a disabled button sends no value: they rest once the form is on its way */
      setTimeout(function () { buttons.forEach(function (button) { button.disabled = true; }); }, 0);
    });
    window.addEventListener("pageshow", function (event) { if (event.persisted) rest(); });
  });
})();
