/* On the list of papers and on the receipt: answers that this browser still keeps are delivered, because the sitting page itself may never be opened
   again. The papers are named by the page, so that nobody else's are touched. */
(function () {
  "use strict";

  var kaoxue = window.kaoxue, place = document.getElementById("delivery");
  if (!place || !kaoxue || !kaoxue.notes) return;
  var say = kaoxue.words(place), notes = kaoxue.notes(place, say("seen")), clock = kaoxue.clock();

  kaoxue.all("[data-deliver]").forEach(function (paper) {
    var data = paper.dataset, isOpen = data.deliver === "open", store = kaoxue.store(data.code);
    var items = store.adopt().items;
    if (!items.length) return isOpen ? null : store.clear();
    var sent = 0, late = 0, refused = 0;
    var line = kaoxue.line({
      code: data.code, device: kaoxue.device(), token: document.querySelector("meta[name=csrf-token]").content, clock: clock,
      takesDesk: !isOpen && items.some(function (item) { return !item.seq; }), /* an open desk is left to the page that sits at it */
      urls: { desk: data.urlDesk, save: data.urlSave, time: data.urlTime },
      on: { changed: function () { if (line) draw(); }, desk: none, saved: saved, settled: settled, isOwn: none, choice: none, time: none, taken: none,
        closed: none, trouble: inTrouble }
    });

    function none() { return false; }
    function draw() {
      if (line.size()) notes.tell(data.code, say(line.failures() || line.trouble() ? "waits" : "sends", { n: line.size(), title: data.title }));
    }
    function settled(item, told) {
      if (told.error) {
        refused += 1;
        notes.tellOnce("refused-" + item.slot, say("why-refused", { n: item.slot, why: told.message }));
      } else if (told.state === "late") late += 1;
      else sent += 1;
    }
    function saved() {
      if (line.size()) return;
      if (!isOpen) line.end();
      if (data.urlResult && !refused) return location.replace(data.urlResult + (late ? "?late=" + late : ""));
      notes.hush(data.code);
      notes.tellOnce(data.code, say(late ? "came-late" : "delivered", { n: sent + late, late: late, title: data.title }));
    }
    function inTrouble(kind, body) {
      notes.hush("trouble");
      if (kind === "login") notes.tell("trouble", say("login"), say("to-login"), data.urlLogin);
      else if (kind) notes.tell("trouble", body.message);
    }
    draw();
    line.work();
  });

  /* the server is still closing attempts whose time is over: one look at it again, not everyone in the same second */
  function lookAgain() {
    fetch(place.dataset.collecting, { method: "HEAD", credentials: "same-origin" }).then(function (reply) {
      if (!reply.ok) throw new Error("later");
      location.reload();
    }).catch(function () { setTimeout(lookAgain, 20000 + kaoxue.jitter(20000)); });
  }
  if (place.dataset.collecting) setTimeout(lookAgain, 20000 + kaoxue.jitter(20000));
})();
