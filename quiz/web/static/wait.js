/* The waiting room: counts down to the opening by the server's time and then shows the way to start, in each browser at a moment of its own, so that
   thousands do not knock in the same second. Nothing of the paper is here before it is started. Without this script the page is reloaded by hand. */
(function () {
  "use strict";

  var kaoxue = window.kaoxue, room = document.getElementById("room");
  if (!room || !kaoxue || !kaoxue.clock) return;
  var byId = kaoxue.byId, say = kaoxue.words(room), clock = kaoxue.clock(), data = room.dataset;

  var SPREAD = 8000; /* milliseconds within which the browsers ask whether it is open */
  var WAITS = [1, 2, 4, 8, 15, 30];
  var opensAt = 0, askAt = 0, checkAt = 0, failures = 0, isAsking = false, isOpen = false, announcer = kaoxue.announcer(say);

  function setTime(seconds) {
    opensAt = clock.now() + seconds * 1000;
    askAt = opensAt + kaoxue.jitter(SPREAD);
    /* the time again now and then, and once in the last minutes: a browser that sleeps counts wrongly */
    checkAt = seconds > 1200 ? clock.now() + 600000 + kaoxue.jitter(300000) : seconds > 180 ? opensAt - 30000 - kaoxue.jitter(120000) : Infinity;
  }
  function tick() {
    if (isOpen) return;
    var now = clock.now(), rest = Math.max(0, Math.ceil((opensAt - now) / 1000));
    draw(rest);
    announcer.hear(rest);
    if (now >= Math.min(askAt, checkAt) && !isAsking) ask();
  }
  function draw(rest) {
    kaoxue.write(byId("countdown"), rest >= 86400 ? say("days", { n: Math.floor(rest / 86400) })
      : rest >= 3600 ? say("hours", { h: Math.floor(rest / 3600), n: Math.floor(rest % 3600 / 60) })
      : rest >= 300 ? say("minutes", { n: Math.floor(rest / 60) })
      : rest > 0 ? say("clock", { n: kaoxue.digits(rest) })
      : say(failures ? "retry" : "soon"));
  }
  function ask() {
    isAsking = true;
    checkAt = Infinity;
    fetch(data.urlTime, { credentials: "same-origin", headers: { "Accept": "application/json" } }).then(function (reply) {
      if (reply.redirected || reply.status >= 400 && reply.status < 500) return location.reload(); /* logged out, or the paper is another now: the page says it */
      if (!reply.ok) throw new Error("later");
      return reply.json().then(took);
    }).catch(function () {
      failures += 1;
      askAt = checkAt = Math.max(opensAt, clock.now()) + kaoxue.jitter(1000 * WAITS[Math.min(failures, WAITS.length) - 1]);
    }).then(function () { isAsking = false; });
  }
  function took(body) {
    failures = 0;
    clock.hear(body.server_time);
    if (body.state === "coming") return setTime(body.seconds_to_open);
    if (body.state === "start") return open();
    return location.reload();
  }
  function open() {
    var form = document.createElement("form"), token = document.createElement("input"), button = document.createElement("button");
    isOpen = true;
    form.method = "post";
    form.action = data.urlStart;
    form.className = "actions";
    token.type = "hidden";
    token.name = "csrf_token";
    token.value = document.querySelector("meta[name=csrf-token]").content;
    button.className = "button";
    button.textContent = say("start");
    form.appendChild(token);
    form.appendChild(button);
    form.appendChild(document.createElement("span")).textContent = say("counts");
    form.lastChild.className = "muted small";
    room.textContent = "";
    room.className = "";
    room.appendChild(form);
    byId("announce").textContent = say("open");
  }

  document.addEventListener("visibilitychange", function () {
    if (document.hidden || isOpen) return;
    if (clock.isSuspect() && !isAsking) ask();
    else tick();
  });
  byId("by-hand").hidden = true;
  byId("by-script").hidden = false;
  setTime(Number(data.left));
  tick();
  setInterval(tick, 500);
})();
