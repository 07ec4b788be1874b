/* Time that nobody can set: the browser's monotonic clock, put right by the server's time. That clock stands still while a phone sleeps; how long it
   did is known from the server's time before and after. The device's own clock is never believed: it only hints that something is wrong. */
(function () {
  "use strict";

  var kaoxue = window.kaoxue;
  if (!kaoxue || !kaoxue.store) return;
  var NOTICED = 5000; /* milliseconds: less is the network */

  /* seconds as minutes and seconds; a text is written only when it changes, so that nothing flickers */
  kaoxue.digits = function (seconds) { return Math.floor(seconds / 60) + ":" + ("0" + seconds % 60).slice(-2); };
  kaoxue.write = function (element, text) { if (element.textContent !== text) element.textContent = text; };

  /* says to screen readers how many minutes are left, once each at ten, five and one: not every second */
  kaoxue.announcer = function (say) {
    var said = Infinity;
    return {
      again: function () { said = Infinity; },
      hear: function (rest) {
        [10, 5, 1].forEach(function (minutes) {
          if (rest > minutes * 60 || rest <= minutes * 60 - 60 || said <= minutes) return;
          said = minutes;
          kaoxue.byId("announce").textContent = say("warning", { n: minutes });
        });
      }
    };
  };

  kaoxue.clock = function () {
    var slept = 0, mono = performance.now(), wall = Date.now(), heard = null;
    /* the device's clock and the monotonic one went apart: one was set, or the other slept; the server knows which */
    function isSuspect() { return Math.abs(Date.now() - wall - (performance.now() - mono)) > NOTICED; }
    return {
      isSuspect: isSuspect,
      /* milliseconds since this page was opened, sleep included as far as it is known */
      now: function () { return performance.now() + slept; },
      hear: function (time) {
        var server = Date.parse(time), gap = heard === null ? 0 : server - heard - (performance.now() - mono);
        if (isSuspect() && gap > NOTICED) slept += gap;
        mono = performance.now();
        wall = Date.now();
        heard = server;
      },
      /* the server's time as far as this page has heard of it, in milliseconds since 1970; null before the first word */
      server: function () { return heard === null ? null : heard + performance.now() - mono; }
    };
  };
})();
