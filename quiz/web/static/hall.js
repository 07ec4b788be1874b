/* The board of a hall draws itself anew every few seconds, each board at its own moment. Without this script it is drawn anew by its link. */
(function () {
  "use strict";

  var now = document.getElementById("now"), stale = document.getElementById("stale");
  if (!now || !window.fetch) return;
  var text = stale.textContent, heardAt = new Date(), waits = 0, timer = null;

  function later() {
    clearTimeout(timer);
    timer = setTimeout(draw, (5000 + Math.random() * 5000) * Math.min(1 + waits, 4));
  }
  function draw() {
    if (document.hidden) return later();
    fetch(now.dataset.url, { credentials: "same-origin", headers: { "Accept": "text/html" } })
      .then(function (reply) {
        if (reply.redirected || reply.status === 401) return location.reload();
        if (!reply.ok) throw new Error("again");
        return reply.text().then(put);
      })
      .catch(function () {
        waits += 1;
        stale.firstElementChild.textContent = text.replace("{time}", heardAt.toTimeString().slice(0, 8));
        stale.hidden = false;
      })
      .then(later);
  }
  function put(html) {
    var came = document.createElement("template");
    came.innerHTML = html; /* from our own server, escaped there */
    Array.prototype.forEach.call(came.content.querySelectorAll("[data-part]"), function (part) {
      var old = now.querySelector("[data-part=" + part.dataset.part + "]");
      if (old && old.innerHTML !== part.innerHTML) exchange(old, part);
    });
    heardAt = new Date();
    waits = 0;
    stale.hidden = true;
  }
  function exchange(old, part) {
    var focused = document.activeElement, href = old.contains(focused) ? focused.getAttribute("href") : null;
    var scrolls = Array.prototype.map.call(old.querySelectorAll(".table-scroll"), function (box) { return box.scrollLeft; });
    old.innerHTML = part.innerHTML;
    Array.prototype.forEach.call(old.querySelectorAll(".table-scroll"), function (box, at) { box.scrollLeft = scrolls[at] || 0; });
    var again = href && Array.prototype.filter.call(old.querySelectorAll("a"), function (link) { return link.getAttribute("href") === href; })[0];
    if (again) again.focus({ preventScroll: true });
  }
  document.addEventListener("visibilitychange", function () { if (!document.hidden) draw(); });
  later();
})();
