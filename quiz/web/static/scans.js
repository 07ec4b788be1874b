/* Keys for who looks at many places one after the other: letters choose, 0 says nothing was filled in, Enter confirms, S passes over;
   while keying in, Enter goes to the next field. Without this script everything is done by pointing. */
(function () {
  "use strict";

  var place = document.querySelector("form[data-place]");
  if (place) {
    document.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      var target = event.target;
      var writes = target.tagName === "TEXTAREA" || target.tagName === "SELECT" || (target.tagName === "INPUT" && target.type === "text");
      if (event.key === "Enter" && !writes && target.tagName !== "A" && target.tagName !== "BUTTON") {
        event.preventDefault();
        place.querySelector("button[value=accept]").click();
      }
      if (writes) return;
      var found = place.querySelector('[data-key="' + (/^[a-z0-9]$/i.test(event.key) ? event.key.toLowerCase() : "none") + '"]');
      if (found) {
        event.preventDefault();
        found.click();
        found.focus();
      }
    });
  }

  var keying = document.querySelector("form[data-keying]");
  if (keying) {
    keying.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
      var fields = Array.prototype.slice.call(keying.querySelectorAll("input.input"));
      var next = fields[fields.indexOf(event.target) + 1];
      if (next) {
        event.preventDefault();
        next.focus();
        next.select();
      }
    });
    var first = keying.querySelector("[aria-invalid]") || keying.querySelector("input.input");
    if (first) first.focus();
  }
})();
