/* The blueprint editor's script: the table follows the text as one types, and a count changed in the table is written into the text.
   The page works without it, by its button. Nothing is kept in the browser. */
(function () {
  "use strict";

  var form = document.getElementById("editor");
  if (!form || !window.fetch || !window.FormData) return;
  var text = document.getElementById("source"), live = document.getElementById("live"), state = document.getElementById("state");
  var WAIT = 600;
  var timer = null, latest = 0, looked = text.value, start = text.value, leaving = false;
  var say = function (name) { state.textContent = name ? form.getAttribute("data-t-" + name) : ""; };

  /* Numbers in the table belong to the text that they were made from: the text alone is sent. */
  function body() {
    var data = new FormData();
    data.append("csrf_token", form.elements.csrf_token.value);
    data.append("source", text.value);
    return data;
  }

  function refresh() {
    clearTimeout(timer);
    if (text.value !== looked) look(body());
  }

  function look(data) {
    var number = ++latest, sent = text.value;
    say("busy");
    fetch(form.getAttribute("data-preview"), { method: "POST", body: data, credentials: "same-origin", redirect: "error" })
      .then(function (reply) { if (!reply.ok) throw new Error(String(reply.status)); return reply.text(); })
      .then(function (html) {
        if (number !== latest) return;
        looked = sent;
        show(html, sent);
        say("done");
      })
      .catch(function () { if (number === latest) say("failed"); });
  }

  /* Put the new parts in the place of the old; keep what was open and where the cursor was. */
  function show(html, sent) {
    var active = document.activeElement;
    var cell = active && live.contains(active) ? active.getAttribute("data-cell") : null;
    var open = Array.prototype.map.call(live.querySelectorAll("details"), function (part) { return part.open; });
    live.innerHTML = html;
    Array.prototype.forEach.call(live.querySelectorAll("details"), function (part, at) { if (open[at]) part.open = true; });
    var written = document.getElementById("rewritten");
    if (written) {
      if (text.value === sent) looked = text.value = written.value; /* who typed on meanwhile keeps what they typed */
      written.remove();
    }
    var again = cell === null ? null : live.querySelector("[data-cell='" + cell + "']");
    if (again) again.focus();
  }

  /* The same rule as on the server: a count is written only where the old one still stands. */
  function write(input) {
    var place = /^count:(\d+):(\d+):(\d+)$/.exec(input.name), value = input.value.trim();
    if (!place || !/^[1-9]\d{0,2}$/.test(value) || Number(value) > 200 || text.value !== looked) return false;
    var lines = text.value.split("\n"), line = lines[place[1] - 1], at = place[2] - 1, old = place[3];
    if (line === undefined) return false;
    var letters = Array.from(line), rest = letters.slice(at).join("");
    if (rest.indexOf(old) !== 0 || /^\d/.test(rest.slice(old.length))) return false;
    lines[place[1] - 1] = letters.slice(0, at).join("") + value + rest.slice(old.length);
    text.value = lines.join("\n");
    return true;
  }

  /* What is no count may need another line in the text: the server writes it, as it does without a script. */
  function choose(field) {
    var data = body();
    data.append(field.name, field.value);
    look(data);
  }

  text.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(refresh, WAIT);
  });
  live.addEventListener("change", function (event) {
    var name = event.target.name || "";
    if (/^(contest|pass|rule|value):/.test(name)) choose(event.target);
    else if (name.indexOf("count:") === 0 && write(event.target)) refresh();
  });
  live.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !event.target.name || event.target.tagName !== "INPUT") return;
    event.preventDefault(); /* Enter in a number takes the number and publishes nothing */
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });
  form.addEventListener("submit", function () { leaving = true; });
  window.addEventListener("beforeunload", function (event) {
    if (!leaving && text.value !== start) event.preventDefault();
  });
})();
