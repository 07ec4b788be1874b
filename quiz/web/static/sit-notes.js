/* What a page says to the person: one note for each matter, by name, in a place that screen readers follow. */
(function () {
  "use strict";

  var kaoxue = window.kaoxue;
  if (!kaoxue || !kaoxue.line) return;

  kaoxue.notes = function (place, seen) {
    function named(name) { return kaoxue.all("[data-note='" + name + "']", place)[0]; }

    /* `act` is where the button leads, or what it does */
    function tell(name, text, action, act) {
      var box = named(name) || place.appendChild(document.createElement("div"));
      if (box.dataset.text === text) return;
      box.textContent = "";
      box.className = "note amber";
      box.dataset.note = name;
      box.dataset.text = text;
      box.appendChild(document.createElement("p")).textContent = text;
      if (action) {
        var way = box.appendChild(document.createElement(typeof act === "string" ? "a" : "button"));
        way.className = "button plain";
        way.textContent = action;
        if (typeof act === "string") way.href = act;
        else { way.type = "button"; way.addEventListener("click", act); }
      }
      place.hidden = false;
    }
    function hush(name) {
      var box = named(name);
      if (box) place.removeChild(box);
      place.hidden = !place.children.length;
    }
    return {
      tell: tell,
      hush: hush,
      /* only for what ends the work here: nobody who is answering wants the page to jump */
      show: function (name) { if (named(name)) named(name).scrollIntoView({ block: "center" }); },
      /* what somebody reads once and puts away */
      tellOnce: function (name, text) { tell(name, text, seen, function () { hush(name); }); }
    };
  };
})();
