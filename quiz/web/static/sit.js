/* The sitting page's script: saves every change and says "saved" only when the server has confirmed it, counts the server's time,
   shows one question a screen on a phone. The page works without it. In this browser it keeps unsent responses and marked numbers only:
   no name and no text of a paper; both are removed once the paper is submitted. */
(function () {
  "use strict";

  var info = document.getElementById("sitting");
  if (!info || !window.fetch || !window.Map || !window.Promise) return;
  var say = function (name, values) {
    return info.getAttribute("data-t-" + name).replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  };
  var byId = function (id) { return document.getElementById(id); };
  var all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };

  /* --- what is kept in this browser: one entry a window, so that two windows do not overwrite each other --------------------------------- */

  var PREFIX = "kaoxue:" + info.dataset.code + ":";
  var MARKS = PREFIX + "marks";
  var canStore = true;
  function tryStore(use) {
    try { return use(); } catch (error) { canStore = false; return null; }
  }
  var device = tryStore(function () {
    var found = sessionStorage.getItem("kaoxue-device") || Math.random().toString(36).slice(2, 12);
    sessionStorage.setItem("kaoxue-device", found);
    localStorage.setItem("kaoxue-test", "1");
    localStorage.removeItem("kaoxue-test");
    return found;
  }) || Math.random().toString(36).slice(2, 12);

  function keptKeys() {
    return Object.keys(localStorage).filter(function (key) { return key.indexOf(PREFIX) === 0; });
  }
  function forgetAll() {
    tryStore(function () { keptKeys().forEach(function (key) { localStorage.removeItem(key); }); });
  }
  function keep() {
    if (clashed) pending.forEach(function (item) { item.again = true; });
    tryStore(function () {
      if (pending.size) localStorage.setItem(PREFIX + device, JSON.stringify(Array.from(pending.values())));
      else localStorage.removeItem(PREFIX + device);
    });
  }

  if (info.dataset.page === "done") return forgetAll();
  if (info.dataset.page === "collecting") return;

  /* --- the queue of saves: in order, one at a time, until the server has confirmed each -------------------------------------------------- */

  var WAITS = [1, 2, 4, 8, 15];
  var token = document.querySelector("meta[name=csrf-token]").content;
  var responses = new Map(Object.entries(JSON.parse(info.dataset.responses)).map(function (pair) { return [Number(pair[0]), pair[1]]; }));
  var pending = new Map(); /* slot → {slot, value, seq}, in the order of seq */
  var seq = Number(info.dataset.newest);
  var failures = 0, busy = false, stopped = false, clashed = false, timer = null;
  var banner = byId("banner"), saved = byId("saved");

  function recover() {
    var items = [];
    tryStore(function () {
      keptKeys().filter(function (key) { return key !== MARKS; }).forEach(function (key) {
        items = items.concat(JSON.parse(localStorage.getItem(key)));
        localStorage.removeItem(key);
      });
    });
    items.sort(function (a, b) { return a.seq - b.seq; });
    var newest = seq;
    items.forEach(function (item) {
      var stored = responses.get(item.slot) || [];
      if (same(stored, item.value)) return;
      var isOld = item.seq <= newest;
      if (item.again || (isOld && !stored.length)) put(item.slot, item.value);
      else if (isOld) pending.set("old" + item.seq, { slot: item.slot, value: item.value, seq: item.seq, old: true });
      else { seq = Math.max(seq, item.seq); pending.set(item.slot, item); }
    });
    pending.forEach(function (item) { if (!item.old) responses.set(item.slot, item.value); });
    keep();
  }
  function same(a, b) { return JSON.stringify(a) === JSON.stringify(b); }

  function put(slot, value) {
    pending.delete(slot);
    pending.set(slot, { slot: slot, value: value, seq: ++seq });
    responses.set(slot, value);
    keep();
  }

  function send() {
    clearTimeout(timer);
    if (busy || stopped || !pending.size) return;
    var entry = pending.entries().next().value, key = entry[0], item = entry[1];
    busy = true;
    if (!failures) show("saving");
    post(info.dataset.urlSave, JSON.stringify({ slot: item.slot, value: item.value, seq: item.seq, device: device }), "application/json")
      .then(function (reply) { return reply.json().then(function (body) { return { status: reply.status, body: body }; }); })
      .then(function (reply) { busy = false; took(key, item, reply.status, reply.body); }, function () { busy = false; failed(); });
  }
  function post(url, body, type) {
    var giveUp = window.AbortController ? new AbortController() : null;
    if (giveUp) setTimeout(function () { giveUp.abort(); }, 20000);
    return fetch(url, {
      method: "POST", body: body, credentials: "same-origin", signal: giveUp ? giveUp.signal : undefined,
      headers: { "Content-Type": type, "Accept": "application/json", "X-CSRFToken": token }
    });
  }
  function done(key, item) {
    if (pending.get(key) === item) pending.delete(key);
    keep();
  }
  function took(key, item, status, body) {
    if (status >= 500 || status === 429 || status === 408) return failed();
    failures = 0;
    if (typeof body.seconds_left === "number") setTime(body.seconds_left);
    if (status === 401) return shutOut(body);
    if (body.error === "csrf") return tell(say("expired"), say("reload"), location.href);
    if (body.error && !/^bad_/.test(body.error)) return tell(body.message, say("reload"), location.href);
    if (item.old) done(key, item);
    else if (body.state === "conflict") {
      clashed = true; /* what this window still holds gets new numbers after the reload */
      keep();
      return tell(say("elsewhere"), say("reload"), location.href);
    } else if (body.state === "late") {
      done(key, item);
      return tell(say("closed"), say("receipt"), info.dataset.urlResult);
    } else {
      done(key, item);
      if (body.state === "superseded" && !same(body.value, item.value)) return tell(say("elsewhere"), say("reload"), location.href);
      if (body.error) return tell(body.message, say("reload"), location.href);
    }
    if (pending.size) return send();
    show("saved", body.saved_at);
    if (canStore) banner.hidden = performance.now() > noticeUntil;
    else tell(say("forbidden"));
  }
  function shutOut(body) {
    tell(body.error === "taken_over" ? body.message : say("login"), say("to-login"), info.dataset.urlLogin);
  }
  function failed() {
    var wait = WAITS[Math.min(failures, WAITS.length - 1)];
    failures += 1;
    show("unsaved");
    if (failures === 2) tell(say("offline"));
    timer = setTimeout(send, wait * 1000);
  }
  function show(state, time) {
    saved.textContent = say(state, { time: time });
    saved.className = "saved " + (state === "saved" ? "done" : state === "unsaved" ? "unsaved" : "muted");
  }
  function tell(text, action, url) {
    banner.textContent = "";
    banner.appendChild(document.createElement("p")).textContent = text;
    if (action) {
      var link = banner.appendChild(document.createElement("a"));
      link.className = "button plain";
      link.textContent = action;
      link.href = url;
      if (url === location.href) link.addEventListener("click", function (event) { event.preventDefault(); leaving = true; location.reload(); });
      stopped = true;
      if (pending.size) show("unsaved");
      banner.scrollIntoView({ block: "center" });
    }
    banner.hidden = false;
  }

  /* --- the server's time: seconds from the server, counted by a clock that no one can set ------------------------------------------------ */

  var endsAt = 0, announced = Infinity, over = false, leaving = false, asking = false, heardAt = 0, noticeUntil = 0;
  function left() { return Math.max(0, Math.ceil((endsAt - performance.now()) / 1000)); }
  function setTime(seconds) {
    var had = endsAt ? left() : seconds;
    heardAt = performance.now();
    endsAt = heardAt + seconds * 1000;
    if (seconds - had < 20 || over || stopped) return;
    announced = Infinity; /* the organiser gave time */
    noticeUntil = heardAt + 60000;
    tell(say("changed", { n: Math.floor(seconds / 60) }));
  }
  function tick() {
    var rest = left();
    var text = rest >= 300
      ? say("minutes", { n: Math.floor(rest / 60) })
      : say("clock", { n: Math.floor(rest / 60) + ":" + ("0" + rest % 60).slice(-2) });
    var time = byId("time");
    if (time.textContent !== text) time.textContent = text;
    time.classList.toggle("last", rest < 300);
    [10, 5, 1].forEach(function (minutes) {
      if (rest <= minutes * 60 && rest > minutes * 60 - 60 && announced > minutes) {
        announced = minutes;
        byId("announce").textContent = say("warning", { n: minutes });
      }
    });
    if (over || asking) return;
    if (rest === 0) lastQuestion();
    else if (performance.now() - heardAt > QUIET) askTime();
  }
  /* a page that has heard nothing for two minutes asks, each at its own moment: the time may have been changed */
  var QUIET = 110000 + Math.random() * 20000;
  function askTime() {
    heardAt = performance.now();
    return fetch(info.dataset.urlTime, { credentials: "same-origin", headers: { "Accept": "application/json" } })
      .then(function (reply) { return reply.ok || reply.status === 401 ? reply.json() : null; })
      .then(function (body) { if (body && body.error) shutOut(body); else if (body) setTime(body.seconds_left); }, function () { /* the next save brings the time */ });
  }
  /* before the paper is handed in because the time is up: has it been extended meanwhile? No answer within five seconds means no. */
  function lastQuestion() {
    asking = true;
    var wait = new Promise(function (resolve) { setTimeout(resolve, 5000); });
    Promise.race([askTime(), wait]).then(function () {
      if (left() <= 2) return setTimeout(timeUp, left() * 1000);
      asking = false;
      return null;
    });
  }
  function timeUp() {
    over = true;
    takeTexts();
    all("#sheet input, #sheet textarea, #sheet select, #sheet button").forEach(function (input) { input.disabled = true; });
    tell(say("over"));
    submitLeft(0);
  }
  function submitLeft(tries) {
    var body = "unsent=" + encodeURIComponent(unsent()) + "&device=" + device + "&by_clock=1";
    post(info.dataset.urlSubmit, body, "application/x-www-form-urlencoded").then(function (reply) {
      if (!reply.ok && reply.status >= 500) throw new Error("again");
      leaving = true;
      if (reply.ok) forgetAll();
      location.replace(reply.ok ? reply.url : info.dataset.urlResult);
    }).catch(function () {
      show("unsaved");
      setTimeout(function () { submitLeft(tries + 1); }, WAITS[Math.min(tries, WAITS.length - 1)] * 1000);
    });
  }
  function unsent() {
    return JSON.stringify(Array.from(pending.values()).map(function (item) { return { slot: item.slot, value: item.value, seq: item.seq }; }));
  }

  /* --- the map, marked questions --------------------------------------------------------------------------------------------------------- */

  var marked = new Set(tryStore(function () { return JSON.parse(localStorage.getItem(MARKS)); }) || []);
  function drawCell(slot) {
    all("[data-cell='" + slot + "']").forEach(function (cell) {
      var isDone = (responses.get(slot) || []).length > 0, isMarked = marked.has(slot);
      cell.classList.toggle("done", isDone);
      cell.classList.toggle("marked", isMarked);
      cell.querySelector("[data-cell-state]").textContent = say(isDone ? "answered" : "open") + (isMarked ? say("marked") : "");
    });
  }
  var slotOfCell = function (cell) { return Number(cell.dataset.cell); };

  document.documentElement.classList.add("js");
  setTime(Number(info.dataset.left));
  recover();
  all("[data-cell]").forEach(function (cell) { drawCell(slotOfCell(cell)); });
  if (!canStore) tell(say("forbidden"));
  tick();
  setInterval(tick, 500);
  window.addEventListener("online", function () { if (pending.size && !stopped) send(); });
  document.addEventListener("visibilitychange", function () { if (document.hidden) takeTexts(); else if (!over) askTime(); });
  window.addEventListener("beforeunload", function (event) {
    takeTexts();
    if (pending.size && !leaving) { event.preventDefault(); event.returnValue = ""; }
  });

  if (info.dataset.page === "summary") {
    byId("submit").addEventListener("submit", function (event) {
      event.target.elements.unsent.value = unsent();
      event.target.elements.device.value = device;
      leaving = true;
    });
    send();
    return;
  }

  /* --- the sheet: reading and filling its inputs ----------------------------------------------------------------------------------------- */

  var sheet = byId("sheet"), questions = all(".question", sheet), sections = all(".section", sheet);
  var slotOf = function (question) { return Number(question.dataset.slot); };
  var typing = new Map(); /* slot → timer of a text that waits to be saved */

  var isText = function (kind) { return kind === "fill_in" || kind === "short_answer"; };
  var isPairs = function (kind) { return kind === "ordering" || kind === "matching"; };
  function read(question) {
    var inputs = all("input, textarea, select", question), kind = question.dataset.kind;
    if (isPairs(kind)) return inputs.map(function (i) { return i.value; }).filter(Boolean).sort();
    if (!isText(kind)) return inputs.filter(function (i) { return i.checked; }).map(function (i) { return i.value; }).sort();
    var texts = inputs.map(function (input) { return input.value.trim(); });
    return texts.some(Boolean) ? texts : [];
  }
  function fill(question) {
    var value = responses.get(slotOf(question)) || [];
    var kind = question.dataset.kind;
    all("input, textarea, select", question).forEach(function (input, index) {
      if (isText(kind)) input.value = value[index] || "";
      else if (isPairs(kind)) all("option", input).forEach(function (o) { if (!o.value || value.indexOf(o.value) >= 0) input.value = o.value; });
      else input.checked = value.indexOf(input.value) >= 0;
    });
    paint(question);
  }
  function paint(question) {
    all("label.option", question).forEach(function (label) { label.classList.toggle("chosen", label.querySelector("input").checked); });
  }
  function take(question) {
    var slot = slotOf(question), value = read(question);
    clearTimeout(typing.get(slot));
    typing.delete(slot);
    paint(question);
    if (over || same(value, responses.get(slot) || [])) return;
    put(slot, value);
    drawCell(slot);
    if (!stopped) send();
    else show("unsaved");
  }
  function takeTexts() {
    if (!typing) return;
    Array.from(typing.keys()).forEach(function (slot) { take(byId("q" + slot)); });
  }
  sheet.addEventListener("change", function (event) { take(event.target.closest(".question")); });
  sheet.addEventListener("input", function (event) {
    if (!event.target.classList.contains("blank") && event.target.tagName !== "TEXTAREA") return;
    var question = event.target.closest(".question"), slot = slotOf(question);
    clearTimeout(typing.get(slot));
    typing.set(slot, setTimeout(function () { take(question); }, 600));
  });
  sheet.addEventListener("submit", function (event) { event.preventDefault(); });
  sheet.addEventListener("keydown", function (event) { if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault(); });

  /* --- where one is: a question on a phone, a section on a desktop ----------------------------------------------------------------------- */

  var wide = window.matchMedia("(min-width: 60em)");
  var map = byId("map"), current = questions[0];
  function go(question, focus) {
    if (!question) return;
    current = question;
    sections.forEach(function (section) { section.hidden = !section.contains(current); });
    questions.forEach(function (other) { other.hidden = !wide.matches && other !== current; });
    all("[data-cell]").forEach(function (cell) {
      if (slotOfCell(cell) === slotOf(current)) cell.setAttribute("aria-current", "true");
      else cell.removeAttribute("aria-current");
    });
    byId("where").textContent = slotOf(current) + " / " + questions.length;
    byId("open-map").setAttribute("aria-label", say("of", { n: slotOf(current), all: questions.length }));
    drawMark();
    showMap(false);
    var at = wide.matches ? sections.filter(function (s) { return !s.hidden; })[0] : current;
    byId("previous").disabled = at === (wide.matches ? sections[0] : questions[0]);
    byId("next").disabled = at === (wide.matches ? sections[sections.length - 1] : questions[questions.length - 1]);
    if (focus) {
      current.tabIndex = -1;
      current.focus({ preventScroll: true });
      if (!wide.matches || current.parentNode.querySelector(".question") === current) window.scrollTo(0, 0);
      else current.scrollIntoView();
    }
  }
  function step(by) {
    takeTexts();
    if (!wide.matches) return go(questions[questions.indexOf(current) + by], true);
    var section = sections[sections.indexOf(current.closest(".section")) + by];
    return section && go(section.querySelector(".question"), true);
  }
  function toggleMark(slot) {
    if (!marked.delete(slot)) marked.add(slot);
    tryStore(function () { localStorage.setItem(MARKS, JSON.stringify(Array.from(marked))); });
    drawCell(slot);
    drawMark();
  }
  function drawMark() {
    all("[data-mark]").concat(byId("mark")).forEach(function (button) {
      button.setAttribute("aria-pressed", marked.has(Number(button.dataset.mark || slotOf(current))));
    });
  }
  function showMap(open) {
    map.classList.toggle("open", open);
    byId("open-map").setAttribute("aria-expanded", open);
    if (open) map.focus();
  }

  sections.forEach(function (section) { section.disabled = false; });
  byId("form-actions").hidden = true;
  byId("thumb").hidden = byId("close-map").hidden = false;
  all(".mark-line").forEach(function (line) { line.hidden = false; });
  questions.forEach(fill);
  byId("previous").addEventListener("click", function () { step(-1); });
  byId("next").addEventListener("click", function () { step(1); });
  byId("mark").addEventListener("click", function () { toggleMark(slotOf(current)); });
  byId("open-map").addEventListener("click", function () { showMap(true); });
  byId("close-map").addEventListener("click", function () { showMap(false); byId("open-map").focus(); });
  map.addEventListener("keydown", function (event) { if (event.key === "Escape") { showMap(false); byId("open-map").focus(); } });
  all("[data-mark]").forEach(function (button) { button.addEventListener("click", function () { toggleMark(Number(button.dataset.mark)); }); });
  all("a[data-cell]", map).forEach(function (cell) {
    cell.addEventListener("click", function (event) { event.preventDefault(); takeTexts(); go(byId("q" + slotOfCell(cell)), true); });
  });
  sheet.addEventListener("focusin", function (event) {
    var question = event.target.closest(".question");
    if (wide.matches && question && question !== current) go(question);
  });
  (wide.addEventListener ? wide.addEventListener.bind(wide, "change") : wide.addListener.bind(wide))(function () { go(current); });
  byId("to-summary").addEventListener("click", function () { takeTexts(); });

  var asked = /^#q\d+$/.test(location.hash) ? byId(location.hash.slice(1)) : null;
  var shown = questions.filter(function (question) { return !question.closest(".section").hidden; })[0];
  var firstOpen = questions.filter(function (question) { return !(responses.get(slotOf(question)) || []).length; })[0];
  go(asked || (/[?&]section=/.test(location.search) ? shown : firstOpen || questions[0]), Boolean(asked));
  send();
})();
