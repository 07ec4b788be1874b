/* The ways out of a sitting page: handing in, links, another load, the window that is closed. Without a network the page cannot be loaded again, so
   that a way out opens only when the server answers; and nothing is called handed in before the server has said so. */
(function () {
  "use strict";

  var kaoxue = window.kaoxue;
  if (!kaoxue || !kaoxue.line) return;
  var PATIENCE = 3000, GIVE_UP = 20000, MOST_WAIT = 30000; /* milliseconds */

  /* given: line, urls {submit, result}, takeAll, isOver, cutOff (the server does not answer), notHandedIn */
  kaoxue.leave = function (given) {
    var line = given.line, isLeaving = false, tries = 0;

    function reload() {
      isLeaving = true;
      location.reload();
    }
    function toReceipt(late) {
      isLeaving = true;
      location.replace(given.urls.result + (late ? "?late=" + late : ""));
    }
    /* what waits is given a moment to arrive: the next page would send it too, but not before it is loaded */
    function goTo(url, patience) {
      if (line.size() && !line.failures() && patience > 0) return void setTimeout(function () { goTo(url, patience - 100); }, 100);
      isLeaving = line.store.works();
      return location.assign(url);
    }

    function handIn(isByClock) {
      if (!line.isNumbered()) return again(isByClock); /* no desk yet */
      var form = new URLSearchParams({ csrf_token: line.token(), unsent: line.carried(), device: kaoxue.device(), by_clock: isByClock ? "1" : "" });
      var headers = { "Accept": "application/json" };
      var call = fetch(given.urls.submit, { method: "POST", body: form, credentials: "same-origin", redirect: "manual", headers: headers })
        .then(function (reply) { return reply.type === "opaqueredirect"; }, function () { return false; }); /* to the receipt, else it was refused */
      var late = new Promise(function (resolve) { setTimeout(function () { resolve(false); }, GIVE_UP); });
      return Promise.race([call, late]).then(function (isDone) {
        if (!isDone) return again(isByClock);
        line.end();
        return toReceipt(0);
      });
    }
    /* asking first also hears of a lost log-in, renews the form's token, and of a clock that was given time */
    function again(isByClock) {
      tries += 1;
      given.notHandedIn(isByClock);
      setTimeout(function () {
        if (isLeaving || given.isOver() !== isByClock) return;
        line.ask().then(function () { if (!isLeaving && given.isOver() === isByClock) handIn(isByClock); });
      }, kaoxue.jitter(Math.min(MOST_WAIT, 1000 * Math.pow(2, tries))));
    }

    document.addEventListener("click", function (event) {
      var way = event.target.closest("a[href]");
      if (!way || event.defaultPrevented || event.ctrlKey || event.metaKey || way.target || way.getAttribute("href").charAt(0) === "#") return;
      event.preventDefault();
      given.takeAll();
      line.ask().then(function (reply) { return reply && reply.status < 500 ? goTo(way.href, PATIENCE) : given.cutOff(); });
    });
    window.addEventListener("pageshow", function (event) {
      if (!event.persisted) return;
      isLeaving = false;
      line.open();
    });
    window.addEventListener("pagehide", given.takeAll);
    window.addEventListener("beforeunload", function (event) {
      given.takeAll();
      if (line.size() && !isLeaving) { event.preventDefault(); event.returnValue = ""; }
    });
    return { reload: reload, toReceipt: toReceipt, handIn: handIn, isLeaving: function () { return isLeaving; } };
  };
})();
