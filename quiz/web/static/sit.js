/* The sitting page and the check before submission: says truthfully what is saved, counts the server's time, hands in. Answers are kept by sit-store.js
   and go to the server by sit-send.js; the questions are sit-sheet.js. Both pages work without all of it. */
(function () {
  "use strict";

  var kaoxue = window.kaoxue, info = document.getElementById("sitting");
  if (!info || !kaoxue || !kaoxue.sheet) return;
  var all = kaoxue.all, byId = kaoxue.byId, same = kaoxue.same, jitter = kaoxue.jitter, say = kaoxue.words(info), data = info.dataset;
  var notes = kaoxue.notes(byId("banner"), say("seen")), tell = notes.tell, hush = notes.hush;

  function bySlot(values) { return new Map(Object.entries(values).map(function (pair) { return [Number(pair[0]), pair[1]]; })); }
  function list(numbers) { return numbers.sort(function (a, b) { return a - b; }).join(say("comma")); }

  var slots = all("[data-cell]").map(function (cell) { return Number(cell.dataset.cell); });
  var shown = bySlot(JSON.parse(data.responses)); /* what the page shows */
  var stored = new Map(shown); /* what the server has, as far as this page knows */
  var own = new Map(); /* what this page itself has had stored since it took the desk */
  var sent = new Set(); /* everything that it ever brought, as slot and value */
  var refused = new Map(); /* what the server would not store, and why */
  var savedAt = "", late = 0, isComposing = false, isOver = false, isClosed = false, isTaken = false, isLocked = false;
  var sheet = null, clock = kaoxue.clock();
  var line = kaoxue.line({
    code: data.code, device: kaoxue.device(), token: document.querySelector("meta[name=csrf-token]").content, clock: clock, takesDesk: true,
    urls: { desk: data.urlDesk, save: data.urlSave, pulse: data.urlPulse, time: data.urlTime },
    on: {
      changed: function () { if (line) draw(); }, desk: tookDesk, saved: saved, settled: settled, isOwn: isOwn, choice: drawChoice, others: fromOthers,
      taken: taken, closed: closed, trouble: inTrouble, time: setTime, paused: pause
    }
  });
  var leave = kaoxue.leave({
    line: line, urls: { submit: data.urlSubmit, result: data.urlResult }, takeAll: takeAll,
    isOver: function () { return isOver; },
    cutOff: function () { if (!isOver) tell("offline", say("stay")); },
    notHandedIn: function (isByClock) { if (!isByClock) tell("handing", say("not-handed")); }
  });
  var marked = new Set(line.store.marks());

  /* --- what is true of the answers ---------------------------------------------------------------------------------------------------------------------- */

  function draw() {
    var waits = line.size() > 0, isStuck = line.failures() > 0 || line.trouble(), text = "", look = "muted";
    if (waits && isStuck) { text = say("unsaved"); look = "unsaved"; }
    else if (waits || isComposing) text = say("saving");
    else if (refused.size) { text = say("refused", { n: list(Array.from(refused.keys())) }); look = "unsaved"; }
    else if (savedAt) { text = say("saved", { time: savedAt }); look = "done"; }
    kaoxue.write(byId("saved"), text);
    byId("saved").className = "saved " + look;
    if (line.store.works()) hush("forbidden");
    else tell("forbidden", say("forbidden"));
    if (isOver) return drawOver();
    if (line.failures() > 1) tell("offline", say("offline"));
    else if (!line.failures()) hush("offline");
    return null;
  }
  function saved(body) {
    savedAt = body.saved_at;
    if (late) tell("late", say("late", { n: late }), say("receipt"), toReceipt);
    if (isClosed && !line.size()) toReceipt();
    else if (data.page === "summary" && !line.size() && !isLocked) leave.reload(); /* what the server counts as open was out of date */
  }
  function settled(item, told) {
    var slot = item.slot;
    if (told.error) {
      refused.set(slot, told.message);
      return tell("refused", say("why-refused", { n: slot, why: told.message }));
    }
    if (told.state === "late") return void (late += 1);
    stored.set(slot, told.value);
    sent.add(JSON.stringify([slot, item.value]));
    if (told.state === "accepted" && same(told.value, item.value)) own.set(slot, item.value);
    if (!line.held(slot)) show(slot, told.value);
    return null;
  }
  function toReceipt() { leave.toReceipt(late); }
  function isOwn(slot, value) { return own.has(slot) && same(own.get(slot), value); }

  /* --- who is at the desk --------------------------------------------------------------------------------------------------------------------------------- */

  function tookDesk(body) {
    stored = bySlot(body.responses);
    slots.forEach(function (slot) { if (!line.held(slot)) show(slot, stored.get(slot) || []); });
    own.clear();
    setTaken(false);
    if (body.state === "open") lock(isOver);
  }
  /* answers that an older page still brought: filled in; where this page has one too, somebody chooses */
  function fromOthers(values) {
    var filled = [];
    bySlot(values).forEach(function (value, slot) {
      if (same(value, shown.get(slot) || []) || sent.has(JSON.stringify([slot, value]))) return;
      if (line.held(slot) || own.has(slot)) return line.choose(slot, value, false);
      stored.set(slot, value);
      show(slot, value);
      filled.push(slot);
    });
    if (filled.length) notes.tellOnce("others", say("others", { n: list(filled) }));
  }
  function taken() {
    takeAll();
    lock(true);
    setTaken(true);
    tell("taken", say("taken"), say("here"), line.open);
    notes.show("taken");
  }
  function setTaken(isIt) {
    isTaken = isIt;
    hush("taken");
    line.choices().forEach(function (choice) { drawChoice(choice.slot); });
  }
  function closed() {
    isClosed = true;
    lock(true);
    if (!line.size() || line.store.works()) return toReceipt(); /* which delivers what is kept */
    return tell("late", say("closed"), say("receipt"), toReceipt);
  }
  function inTrouble(kind, body) {
    hush("login");
    hush("refusal");
    if (kind === "login") tell("login", body.error === "taken_over" ? body.message : say("login"), say("to-login"), data.urlLogin);
    else if (kind) tell("refusal", body.message || say("offline"), say("reload"), leave.reload);
    notes.show(kind === "login" ? "login" : "refusal");
    /* without a place to keep them, answers live in this page alone: it must stay */
    if (kind === "login" && !line.store.works()) all("[data-note=login] a").forEach(function (way) { way.target = "_blank"; });
  }
  function lock(locks) {
    isLocked = locks;
    if (sheet) sheet.lock(locks);
    all("#submit button").forEach(function (button) { button.disabled = locks; });
  }

  /* --- answers on the page -------------------------------------------------------------------------------------------------------------------------------- */

  var typing = null;
  function answered(slot, value, isTyped) {
    isComposing = false;
    shown.set(slot, value);
    refused.delete(slot);
    if (!refused.size) hush("refused");
    line.put(slot, value, stored.get(slot) || []);
    drawCell(slot);
    drawChoice(slot);
    clearTimeout(typing);
    if (isTyped) typing = setTimeout(line.nudge, 600);
    else line.nudge();
  }
  function takeAll() { if (sheet && !isLocked) sheet.takeAll(); }
  function show(slot, value) {
    if (same(shown.get(slot) || [], value)) return;
    shown.set(slot, value);
    if (sheet) sheet.fill(slot);
    drawCell(slot);
  }
  function drawCell(slot) {
    all("[data-cell='" + slot + "']").forEach(function (cell) {
      var isDone = (shown.get(slot) || []).length > 0, isMarked = marked.has(slot);
      cell.classList.toggle("done", isDone);
      cell.classList.toggle("marked", isMarked);
      cell.querySelector("[data-cell-state]").textContent = say(isDone ? "answered" : "open") + (isMarked ? say("marked") : "");
    });
  }
  function drawChoice(slot) {
    var open = isTaken ? [] : line.choices(), numbers = open.map(function (choice) { return choice.slot; });
    var first = Math.min.apply(null, numbers);
    if (sheet) sheet.offer(slot, open.filter(function (choice) { return choice.slot === slot; })[0]);
    if (!open.length) hush("choices");
    else tell("choices", say("choices", { n: list(numbers) }), say("go", { n: first }), sheet ? function () { sheet.go(first); } : data.urlSit + "#q" + first);
  }
  function chosen(slot, value, isOther) {
    if (isOther) {
      answered(slot, value, false);
      sheet.fill(slot);
    } else line.chosen(slot);
    drawChoice(slot);
  }

  /* --- the server's time ---------------------------------------------------------------------------------------------------------------------------------- */

  var endsAt = 0, isPaused = false, lastLeft = 0, announcer = kaoxue.announcer(say);
  function left() { return Math.max(0, Math.ceil((endsAt - clock.now()) / 1000)); }
  function setTime(seconds) {
    var had = endsAt ? left() : seconds;
    endsAt = clock.now() + seconds * 1000;
    lastLeft = seconds;
    if (isOver && seconds > 2 && !isClosed) { /* more was given in the last moment */
      isOver = false;
      hush("over");
      lock(false);
    }
    if (seconds - had < 20 || isPaused) return;
    announcer.again();
    notes.tellOnce("changed", say("changed", { n: Math.floor(seconds / 60) }));
  }
  function pause(stands) {
    isPaused = stands;
    if (stands) hush("changed");
    if (stands) tell("paused", say("paused"));
    else hush("paused");
  }
  function tick() {
    if (isPaused) endsAt = clock.now() + lastLeft * 1000;
    var rest = left();
    kaoxue.write(byId("time"), isOver ? say("up") : rest >= 300 ? say("minutes", { n: Math.floor(rest / 60) }) : say("clock", { n: kaoxue.digits(rest) }));
    byId("time").classList.toggle("last", rest < 300);
    announcer.hear(rest);
    if (isOver) drawOver();
    else if (rest === 0) timeUp();
  }
  function timeUp() {
    takeAll();
    isOver = true;
    lock(true);
    hush("offline");
    drawOver();
    notes.show("over");
    line.nudge();
    setTimeout(finish, jitter(4000)); /* not everyone in the same second */
  }
  /* hand in what the clock has ended: once everything is delivered, and unless time was given meanwhile */
  function finish() {
    if (!isOver || leave.isLeaving()) return;
    if (line.size() || line.trouble()) return void setTimeout(finish, 1000);
    line.ask().then(function (reply) {
      if (!isOver || leave.isLeaving()) return null;
      if (!reply || reply.status !== 200) return setTimeout(finish, 2000 + jitter(8000));
      return leave.handIn(true);
    });
  }
  function drawOver() {
    var n = line.size(), opens = clock.server() === null ? Number(data.ends) : clock.server() + endsAt - clock.now();
    var until = opens + data.delivery * 60000; /* until then what was answered in time may still arrive, by the server's clock */
    var local = new Date(until + data.offset * 60000);
    var time = ("0" + local.getUTCHours()).slice(-2) + ":" + ("0" + local.getUTCMinutes()).slice(-2);
    var name = n ? (clock.now() > endsAt + data.delivery * 60000 ? "over-late" : "over-unsent") : line.failures() ? "over-cut" : "over";
    tell("over", say(name, { n: n, time: time }) + (n && line.store.works() ? say("over-kept") : ""));
  }

  /* --- coming and going ------------------------------------------------------------------------------------------------------------------------------------- */

  var away = null;
  document.addEventListener("visibilitychange", function () {
    if (document.hidden) {
      takeAll();
      away = clock.now();
      return line.nudge();
    }
    if (away !== null) line.note("left", away);
    away = null;
    return line.wake();
  });

  /* --- beginning -------------------------------------------------------------------------------------------------------------------------------------------- */

  document.documentElement.classList.add("js");
  slots.forEach(function (slot) {
    if (line.held(slot)) shown.set(slot, line.held(slot).value);
    drawCell(slot);
  });
  if (data.page === "sit") {
    sheet = kaoxue.sheet({
      shown: shown, marked: marked, say: say, answered: answered, chosen: chosen,
      composing: function () { isComposing = true; draw(); },
      markedChanged: function (slot) { line.store.keepMarks(Array.from(marked)); drawCell(slot); }
    });
    slots.forEach(sheet.fill);
    sheet.lock(false);
    sheet.begin();
  } else {
    byId("submit").addEventListener("submit", function (event) {
      event.preventDefault();
      lock(true);
      leave.handIn(false);
    });
  }
  line.choices().forEach(function (choice) { drawChoice(choice.slot); });
  setTime(Number(data.left));
  tick();
  setInterval(tick, 500);
  line.work();
})();
