/* The waiting room: counts down to the opening by the server's time and then shows the way to start, in each browser at a moment of its own, so that
   thousands do not knock in the same second. Nothing of the paper is here before it is started. Without this script the page is reloaded by hand. */
(function () {
  "use strict";

  var kaoxue = window.kaoxue, room = document.getElementById("room");
  if (!room || !kaoxue || !kaoxue.clock) return;
  var byId = kaoxue.byId, say = kaoxue.words(room), clock = kaoxue.clock(), data = room.dataset;
  var token = document.querySelector("meta[name=csrf-token]").content;

  var SPREAD = 8000; /* milliseconds within which the browsers ask whether it is open */
  var WAITS = [1, 2, 4, 8, 15, 30];
  var NEAR = 1800, FAR_OFF = 600000, QUIET = 30000; /* seconds before the opening from which on the hall counts people; how often it hears of them */
  var opensAt = 0, askAt = 0, tellAt = 0, failures = 0, isAsking = false, isOpen = false, announcer = kaoxue.announcer(say);

  function setTime(seconds) {
    opensAt = clock.now() + seconds * 1000;
    askAt = opensAt + kaoxue.jitter(SPREAD);
  }
  function tick() {
    var now = clock.now(), rest = Math.max(0, Math.ceil((opensAt - now) / 1000));
    if (now >= tellAt) tell(rest);
    if (isOpen) return;
    draw(rest);
    announcer.hear(rest);
    if (now >= askAt && !isAsking) ask();
  }
  /* that somebody waits here, for the hall; and the time anew, because a browser that slept counts wrongly. Nothing depends on it. */
  function tell(rest) {
    tellAt = clock.now() + (rest > NEAR ? FAR_OFF : QUIET) * (0.8 + kaoxue.jitter(0.4));
    var headers = { "Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": token };
    var body = JSON.stringify({ device: kaoxue.device(), turn: 0, unsent: 0, mark: 0, events: [] });
    fetch(data.urlPulse, { method: "POST", body: body, credentials: "same-origin", headers: headers }).then(function (reply) {
      return reply.ok ? reply.json() : {};
    }).then(function (body) {
      if (body.server_time) clock.hear(body.server_time);
      if (body.state === "coming" && !isOpen) setTime(body.seconds_left);
    }).catch(function () { /* the next one follows */ });
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
    fetch(data.urlTime, { credentials: "same-origin", headers: { "Accept": "application/json" } }).then(function (reply) {
      if (reply.redirected || reply.status >= 400 && reply.status < 500) return location.reload(); /* logged out, or the paper is another now: the page says it */
      if (!reply.ok) throw new Error("later");
      return reply.json().then(took);
    }).catch(function () {
      failures += 1;
      askAt = Math.max(opensAt, clock.now()) + kaoxue.jitter(1000 * WAITS[Math.min(failures, WAITS.length) - 1]);
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
    var form = document.createElement("form"), field = document.createElement("input"), button = document.createElement("button");
    isOpen = true;
    form.method = "post";
    form.action = data.urlStart;
    form.className = "actions";
    field.type = "hidden";
    field.name = "csrf_token";
    field.value = token;
    button.className = "button";
    button.textContent = say("start");
    form.appendChild(field);
    form.appendChild(button);
    form.appendChild(document.createElement("span")).textContent = say("counts");
    form.lastChild.className = "muted small";
    room.textContent = "";
    room.className = "";
    room.appendChild(form);
    byId("announce").textContent = say("open");
  }

  document.addEventListener("visibilitychange", function () {
    if (document.hidden) return;
    if (clock.isSuspect()) tellAt = 0;
    tick();
  });
  byId("by-hand").hidden = true;
  byId("by-script").hidden = false;
  setTime(Number(data.left));
  tick();
  setInterval(tick, 500);
})();
