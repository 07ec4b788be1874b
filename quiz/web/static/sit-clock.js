/* Time that nobody can set: the browser's monotonic clock, put right by the server's time. That clock stands still while a phone sleeps; how long it
   did is known from the server's time before and after. The device's own clock is never believed: it only hints that something is wrong. */
(function () {
  "use strict";

  var kaoxue = window.kaoxue;
  if (!kaoxue || !kaoxue.store) return;
  var NOTICED = 5000; /* milliseconds: less is the network */

  kaoxue.clock = function () {
    var slept = 0, mono = performance.now(), wall = Date.now(), heard = null;
    return {
      /* milliseconds since this page was opened, sleep included as far as it is known */
      now: function () { return performance.now() + slept; },
      /* true when the device's clock and the monotonic one went apart: one was set, or the other slept; the server knows which */
      isSuspect: function () { return Math.abs(Date.now() - wall - (performance.now() - mono)) > NOTICED; },
      hear: function (time) {
        var server = Date.parse(time), was = mono;
        mono = performance.now();
        wall = Date.now();
        if (heard !== null && server - heard - (mono - was) > NOTICED) slept += server - heard - (mono - was);
        heard = server;
      },
      /* the server's time as far as this page has heard of it, in milliseconds since 1970; null before the first word */
      server: function () { return heard === null ? null : heard + performance.now() - mono; }
    };
  };
})();
