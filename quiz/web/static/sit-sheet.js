/* The sheet of questions: reads and fills its inputs, shows one question a screen on a phone and a section on a desktop, leads by the map. What is
   answered it tells by `given.answered(slot, value, isTyped)`; it saves nothing itself. */
(function () {
  "use strict";

  var kaoxue = window.kaoxue;
  if (!kaoxue || !kaoxue.line) return;
  var all = kaoxue.all, byId = kaoxue.byId, same = kaoxue.same;

  var isText = function (kind) { return kind === "fill_in" || kind === "short_answer"; };
  var isPairs = function (kind) { return kind === "ordering" || kind === "matching"; };
  var slotOf = function (question) { return Number(question.dataset.slot); };
  var slotOfCell = function (cell) { return Number(cell.dataset.cell); };

  function read(question) {
    var inputs = all("input, textarea, select", question), kind = question.dataset.kind;
    if (isPairs(kind)) return inputs.map(function (i) { return i.value; }).filter(Boolean).sort();
    if (!isText(kind)) return inputs.filter(function (i) { return i.checked; }).map(function (i) { return i.value; }).sort();
    var texts = inputs.map(function (input) { return input.value.trim(); });
    return texts.some(Boolean) ? texts : [];
  }
  function write(question, value) {
    var kind = question.dataset.kind;
    all("input, textarea, select", question).forEach(function (input, index) {
      if (isText(kind)) input.value = value[index] || "";
      else if (isPairs(kind)) input.value = value.filter(function (pair) { return all("option", input).some(function (o) { return o.value === pair; }); })[0] || "";
      else input.checked = value.indexOf(input.value) >= 0;
    });
    paint(question);
  }
  function paint(question) {
    all("label.option", question).forEach(function (label) { label.classList.toggle("chosen", label.querySelector("input").checked); });
  }
  /* an answer in the words of this page: the letters of options, 1A for pairs, else the texts themselves */
  function describe(question, value) {
    var kind = question.dataset.kind;
    if (isText(kind)) return value.join(" / ");
    return all(isPairs(kind) ? "option" : "label.option", question).map(function (choice) {
      var input = isPairs(kind) ? choice : choice.querySelector("input");
      if (!input.value || value.indexOf(input.value) < 0) return "";
      return isPairs(kind) ? input.value.charAt(0) + choice.textContent : choice.querySelector(".option-letter").textContent;
    }).filter(Boolean).join(" ");
  }

  /* given: shown (slot → value), marked (a set), say, answered, typing, markedChanged, chosen */
  kaoxue.sheet = function (given) {
    var sheet = byId("sheet"), questions = all(".question", sheet), sections = all(".section", sheet);
    var shown = given.shown, say = given.say;
    var wide = window.matchMedia("(min-width: 60em)"), map = byId("map"), current = questions[0];

    function take(question, isTyped) {
      var slot = slotOf(question), value = read(question);
      paint(question);
      if (question.closest(".section").disabled || same(value, shown.get(slot) || [])) return;
      given.answered(slot, value, isTyped);
    }
    function takeAll() { questions.forEach(function (question) { take(question, false); }); }
    function isTyping(event) { return event.target.classList.contains("blank") || event.target.tagName === "TEXTAREA"; }

    sheet.addEventListener("change", function (event) { take(event.target.closest(".question"), false); });
    sheet.addEventListener("input", function (event) {
      if (!isTyping(event)) return;
      if (event.isComposing) given.composing(); /* half a word: taken when it is whole, or when the page must go */
      else take(event.target.closest(".question"), true);
    });
    sheet.addEventListener("compositionend", function (event) { if (isTyping(event)) take(event.target.closest(".question"), true); });
    sheet.addEventListener("submit", function (event) { event.preventDefault(); });
    sheet.addEventListener("keydown", function (event) { if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault(); });

    /* --- two answers to one question --------------------------------------------------------------------------------------------------------------- */

    function offer(slot, choice) {
      var question = byId("q" + slot), box = question.querySelector(".choice");
      if (box) box.parentNode.removeChild(box);
      if (!choice) return;
      box = document.createElement("div");
      box.className = "choice note amber";
      box.appendChild(document.createElement("p")).textContent = say("two");
      [[say("counts"), shown.get(slot) || [], "keep"], [say(choice.isFromHere ? "from-here" : "from-elsewhere"), choice.value, "take"]].forEach(function (side) {
        var row = box.appendChild(document.createElement("div")), button = document.createElement("button");
        row.className = "choice-row";
        row.appendChild(document.createElement("span")).textContent = side[0];
        row.appendChild(document.createElement("b")).textContent = describe(question, side[1]) || say("nothing");
        button.type = "button";
        button.className = "button plain";
        button.textContent = say(side[2]);
        button.addEventListener("click", function () { given.chosen(slot, side[1], side[2] === "take"); });
        row.appendChild(button);
      });
      var first = question.querySelector(".options, .lettered, .pairs, textarea") || question.lastElementChild;
      question.insertBefore(box, first);
    }

    /* --- where one is: a question on a phone, a section on a desktop ----------------------------------------------------------------------------- */

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
      if (!wide.matches) return go(questions[questions.indexOf(current) + by], true);
      var section = sections[sections.indexOf(current.closest(".section")) + by];
      return section && go(section.querySelector(".question"), true);
    }
    function toggleMark(slot) {
      if (!given.marked.delete(slot)) given.marked.add(slot);
      given.markedChanged(slot);
      drawMark();
    }
    function drawMark() {
      all("[data-mark]").concat(byId("mark")).forEach(function (button) {
        button.setAttribute("aria-pressed", given.marked.has(Number(button.dataset.mark || slotOf(current))));
      });
    }
    function showMap(open) {
      map.classList.toggle("open", open);
      byId("open-map").setAttribute("aria-expanded", open);
      if (open) map.focus();
    }
    function closeMap() {
      showMap(false);
      byId("open-map").focus();
    }

    byId("form-actions").hidden = true;
    byId("thumb").hidden = byId("close-map").hidden = false;
    all(".mark-line").forEach(function (line) { line.hidden = false; });
    byId("previous").addEventListener("click", function () { step(-1); });
    byId("next").addEventListener("click", function () { step(1); });
    byId("mark").addEventListener("click", function () { toggleMark(slotOf(current)); });
    byId("open-map").addEventListener("click", function () { showMap(true); });
    byId("close-map").addEventListener("click", closeMap);
    map.addEventListener("keydown", function (event) { if (event.key === "Escape") closeMap(); });
    all("[data-mark]").forEach(function (button) { button.addEventListener("click", function () { toggleMark(Number(button.dataset.mark)); }); });
    all("a[data-cell]", map).forEach(function (cell) {
      cell.addEventListener("click", function (event) { event.preventDefault(); go(byId("q" + slotOfCell(cell)), true); });
    });
    sheet.addEventListener("focusin", function (event) {
      var question = event.target.closest(".question");
      if (wide.matches && question && question !== current) go(question);
    });
    (wide.addEventListener ? wide.addEventListener.bind(wide, "change") : wide.addListener.bind(wide))(function () { go(current); });

    return {
      takeAll: takeAll,
      offer: offer,
      go: function (slot) { go(byId("q" + slot), true); },
      fill: function (slot) {
        var question = byId("q" + slot), value = shown.get(slot) || [];
        if (question && !same(read(question), value)) write(question, value);
      },
      lock: function (isLocked) { sections.forEach(function (section) { section.disabled = isLocked; }); },
      begin: function () {
        var asked = /^#q\d+$/.test(location.hash) ? byId(location.hash.slice(1)) : null;
        var drawn = questions.filter(function (question) { return !question.closest(".section").hidden; })[0];
        var firstOpen = questions.filter(function (question) { return !(shown.get(slotOf(question)) || []).length; })[0];
        questions.forEach(paint);
        go(asked || (/[?&]section=/.test(location.search) ? drawn : firstOpen || questions[0]), Boolean(asked));
      }
    };
  };
})();
