/* The way of answers to the server: kept on the device until confirmed, sent in order and in batches, one call at a time, again and again with back-off.
   The rules of numbers and turns are in docs/adr/0013-save-path.md. Knows nothing of the page: it tells what happened by the functions in `on`. */
(function () {
  "use strict";

  var kaoxue = window.kaoxue;
  if (!kaoxue || !kaoxue.clock) return;

  var WAITS = [1, 2, 4, 8, 15, 30]; /* seconds at most before the next try, after so many failures */
  var GIVE_UP = 20000, QUIET = 30000, SHUT = 30000; /* milliseconds: for a reply; between signs of life; until somebody may have logged in again */
  var MOST_ITEMS = 100, MOST_BYTES = 200000, MOST_KEPT_ALIVE = 60000;
  var UNREACHED = 900000, TURN_ZERO = 800000; /* numbers that no page with a turn uses: the end of a turn's, and those before the first turn */
  var RETRIED = [408, 429];

  /* given: urls {desk, save, pulse, time}, token, code, device, clock, takesDesk (else answers are sent and nothing is taken), on */
  kaoxue.line = function (given) {
    var on = given.on, clock = given.clock, store = kaoxue.store(given.code), token = given.token;
    var queue = [], choices = new Map(), events = [];
    var turn = 0, next = 0, mark = 0, state = "open"; /* open, taken by another page, closed */
    var lane = Promise.resolve(), calls = 0, failures = 0, lostAt = null, trouble = "", renewed = false, timer = null;
    var pulses = true, quietUntil = 0;

    /* --- what waits: {slot, value, seq (0: not numbered yet), base (what the server had when it was made), made} -------------------------------- */

    function keep() {
      var now = Date.now();
      store.keep(queue.map(function (item) {
        return { slot: item.slot, value: item.value, seq: item.seq, base: item.base, at: now - age(item) };
      }), Array.from(choices.values()));
    }
    function age(item) { return Math.max(0, Math.round(clock.now() - item.made)); }
    function adopt() {
      var left = store.adopt(), known = new Map();
      left.items.forEach(function (item) {
        known.set(item.seq ? item.slot + ":" + item.seq : "new:" + known.size, {
          slot: item.slot, value: item.value, seq: item.seq, base: item.base, made: clock.now() - Math.max(0, Date.now() - item.at)
        });
      });
      queue = Array.from(known.values()).sort(function (a, b) { return (a.seq || Infinity) - (b.seq || Infinity) || a.made - b.made; });
      left.choices.forEach(function (choice) { choices.set(choice.slot, choice); });
      keep();
    }
    function put(slot, value, base) {
      queue = queue.filter(function (item) { return item.slot !== slot || item.isSent; });
      queue.push({ slot: slot, value: value, seq: turn ? next++ : 0, base: base, made: clock.now() });
      choices.delete(slot);
      keep();
      on.changed();
    }
    function drop(item) { queue = queue.filter(function (other) { return other !== item; }); }
    function held(slot) {
      var found = queue.filter(function (item) { return item.slot === slot; });
      return found.length ? found[found.length - 1] : null;
    }
    function choose(slot, value, isFromHere) {
      choices.set(slot, { slot: slot, value: value, isFromHere: isFromHere });
      keep();
      on.choice(slot);
    }
    /* what was answered before the desk could be taken: on top where the server's answer is the one that was known then, else underneath */
    function number(desk) {
      queue = queue.filter(function (item) { return item.seq || !kaoxue.same(desk.responses[item.slot] || [], item.value); });
      queue.forEach(function (item) {
        var stored = desk.responses[item.slot] || [];
        if (item.seq) return;
        if (stored.length && !kaoxue.same(stored, item.base)) item.seq = 1 + Math.floor(kaoxue.jitter(TURN_ZERO));
        else item.seq = next++;
      });
      queue.sort(function (a, b) { return a.seq - b.seq; });
      keep();
    }

    /* --- one call at a time ----------------------------------------------------------------------------------------------------------------------- */

    function call(url, body) {
      var text = body ? JSON.stringify(body) : undefined, stop = window.AbortController ? new AbortController() : null;
      var options = { method: body ? "POST" : "GET", body: text, credentials: "same-origin", redirect: "manual", headers: { "Accept": "application/json" } };
      if (body) options.headers["Content-Type"] = "application/json";
      if (body) options.headers["X-CSRFToken"] = token;
      if (body && document.hidden && text.length < MOST_KEPT_ALIVE) options.keepalive = true;
      if (stop) options.signal = stop.signal;
      calls += 1;
      on.changed();
      lane = lane.then(function () {
        var late = new Promise(function (resolve) { setTimeout(function () { resolve(null); if (stop) stop.abort(); }, GIVE_UP); });
        return Promise.race([fetch(url, options).then(read, nothing), late]);
      }).then(function (reply) {
        calls -= 1;
        if (!reply && lostAt === null) lostAt = clock.now();
        if (reply && lostAt !== null) { note("offline", lostAt); lostAt = null; }
        return reply;
      });
      return lane;
    }
    function note(kind, since) {
      var now = clock.now();
      if (now - since >= 1000) events.push({ kind: kind, ended: now, seconds: Math.round((now - since) / 1000) });
    }
    function read(reply) {
      if (reply.type === "opaqueredirect") return { status: 401, body: {} }; /* to the log-in page */
      var wait = Number(reply.headers.get("Retry-After")) || 0;
      return reply.json().then(function (body) {
        return body && (body.error || body.server_time) ? { status: reply.status, body: body, wait: wait } : null;
      }, nothing);
    }
    function nothing() { return null; } /* no network, or somebody on the way who answers in our name */

    function judge(reply, took) {
      if (!reply || reply.status >= 500 || RETRIED.indexOf(reply.status) >= 0) return failed(reply ? reply.wait || 0 : 0);
      if (reply.status === 401) return shut("login", reply.body);
      if (reply.body.error === "csrf") return renew(reply.body);
      if (reply.status >= 400) return shut("refused", reply.body);
      failures = 0;
      renewed = false;
      shut("", {});
      if (reply.body.token) token = reply.body.token;
      if (reply.body.server_time) clock.hear(reply.body.server_time);
      if (typeof reply.body.seconds_left === "number") on.time(reply.body.seconds_left);
      took(reply.body);
      return work();
    }
    function failed(wait) {
      var most = WAITS[Math.min(failures, WAITS.length - 1)] * 1000;
      failures += 1;
      again(Math.max(kaoxue.jitter(most), wait * 1000));
      on.changed();
    }
    /* what no repetition mends at once: somebody must log in, or the server says no. Everything is kept; it is tried again now and then. */
    function shut(kind, body) {
      if (kind) again(SHUT + kaoxue.jitter(SHUT));
      if (kind === "login") renewed = false;
      if (kind !== trouble) { trouble = kind; on.trouble(kind, body); }
      on.changed();
    }
    function renew(body) {
      if (renewed) return shut("refused", body);
      renewed = true;
      return call(given.urls.time).then(function (reply) { judge(reply, function () { renewed = true; }); });
    }
    function again(wait) {
      clearTimeout(timer);
      timer = setTimeout(work, wait);
    }

    /* --- what to do next ---------------------------------------------------------------------------------------------------------------------------- */

    function numbered() { return queue.filter(function (item) { return item.seq; }); }
    function work() {
      clearTimeout(timer);
      if (calls) return;
      if (queue.length && clock.isSuspect()) ask();
      else if (given.takesDesk && !turn) takeDesk();
      else if (numbered().length) sendBatch();
      else if (given.takesDesk && state === "open") stayInTouch();
      on.changed();
    }
    function takeDesk() {
      call(given.urls.desk, { device: given.device }).then(function (reply) {
        judge(reply, function (body) {
          turn = body.turn || 1; /* an attempt that closed before any page had a turn still has none */
          next = body.first_seq + (body.state === "open" ? 0 : UNREACHED);
          mark = body.mark;
          state = body.state;
          beQuiet();
          number(body);
          on.desk(body);
          if (state === "closed") close();
        });
      });
    }
    function sendBatch() {
      var batch = [], size = 0;
      numbered().forEach(function (item) {
        var entry = { slot: item.slot, value: item.value, seq: item.seq, age: age(item) };
        size += JSON.stringify(entry).length * 3; /* a Chinese character has three bytes */
        if (batch.length && (batch.length >= MOST_ITEMS || size > MOST_BYTES)) size = Infinity;
        else { item.isSent = true; batch.push({ item: item, entry: entry }); }
      });
      var entries = batch.map(function (sent) { return sent.entry; });
      call(given.urls.save, { device: given.device, items: entries }).then(function (reply) {
        if (!reply || reply.status !== 200) batch.forEach(function (sent) { sent.item.isSent = false; });
        judge(reply, function (body) {
          batch.forEach(function (sent) {
            sent.item.isSent = false;
            var told = body.items.filter(function (other) { return other.seq === sent.entry.seq && other.slot === sent.entry.slot; })[0];
            if (told) settle(sent.item, told);
          });
          keep();
          on.saved(body);
          if (given.takesDesk && state === "open" && body.turn > turn) taken();
        });
      });
    }
    function settle(item, told) {
      var lies = told.state === "superseded" || told.state === "conflict"; /* underneath another answer: this page's own newer one, or one nobody here has seen */
      drop(item);
      on.settled(item, told);
      if (lies && !kaoxue.same(told.value, item.value) && !held(item.slot) && !on.isOwn(item.slot, told.value)) choose(item.slot, item.value, true);
    }
    function taken() {
      state = "taken";
      on.taken();
    }
    function close() {
      state = "closed";
      on.closed();
    }
    function beQuiet() { quietUntil = clock.now() + QUIET * (pulses ? 1 : 4) * (0.8 + kaoxue.jitter(0.4)); }
    /* a page with nothing to send says that it is there, and hears the time and what an older page still brought */
    function stayInTouch() {
      var wait = quietUntil - clock.now();
      if (wait > 0) return again(wait);
      beQuiet();
      if (!pulses) return ask();
      var told = events.slice(), now = clock.now();
      var list = told.map(function (event) { return { kind: event.kind, age: Math.round(now - event.ended), seconds: event.seconds }; });
      var body = { device: given.device, turn: turn, unsent: queue.length, mark: mark, events: list };
      return call(given.urls.pulse, body).then(function (reply) {
        if (reply && reply.status === 404) { pulses = false; beQuiet(); }
        if (!reply || reply.status >= 400 && reply.status !== 401) return work(); /* nothing is lost by it: the next one follows */
        return judge(reply, function (body) {
          events = events.filter(function (event) { return told.indexOf(event) < 0; });
          mark = body.mark;
          on.others(body.others);
          on.paused(body.state === "paused");
          if (body.state === "closed") close();
          else if (body.turn > turn) taken();
        });
      });
    }
    function ask() {
      return call(given.urls.time).then(function (reply) {
        judge(reply, function (body) { if (body.state === "closed") close(); });
        return reply;
      });
    }

    adopt();
    window.addEventListener("online", function () { again(kaoxue.jitter(1000)); });
    window.addEventListener("pagehide", keep); /* the ages anew: the device's clock may be set while no page is open */
    return {
      store: store, put: put, held: held, choose: choose, work: work,
      choices: function () { return Array.from(choices.values()); },
      chosen: function (slot) { choices.delete(slot); keep(); on.changed(); },
      size: function () { return queue.length; },
      failures: function () { return failures; },
      trouble: function () { return trouble; },
      token: function () { return token; },
      isNumbered: function () { return numbered().length === queue.length; },
      /* a new answer does not cut the wait after a failure short */
      nudge: function () { if (!failures && !trouble) work(); },
      /* take the desk (again): the page came back, or somebody wants to go on here */
      open: function () { turn = 0; state = "open"; work(); },
      wake: function () { quietUntil = 0; work(); },
      note: note,
      /* the paper is handed in: nothing of it stays */
      end: function () {
        queue = [];
        choices.clear();
        store.clear();
      },
      /* what waits, for a form that carries it along */
      carried: function () {
        return JSON.stringify(numbered().map(function (item) { return { slot: item.slot, value: item.value, seq: item.seq, age: age(item) }; }));
      },
      ask: ask
    };
  };
})();
