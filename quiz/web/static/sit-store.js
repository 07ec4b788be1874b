/* What this browser keeps of a paper: answers that the server has not confirmed, answers between which somebody must choose, marked numbers. No name
   and no text of a paper; all of it goes once the paper is handed in and everything is delivered. Each page writes an entry of its own, so that two
   windows never overwrite each other; the next page takes over what the others left. */
(function () {
  "use strict";

  var kaoxue = window.kaoxue = window.kaoxue || {};
  if (!window.fetch || !window.Map || !window.Promise || !window.performance) return;

  kaoxue.same = function (a, b) { return JSON.stringify(a) === JSON.stringify(b); };
  kaoxue.all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };
  kaoxue.byId = function (id) { return document.getElementById(id); };

  /* a moment between 0 and `most`, another one in each browser: so thousands of pages that wait for the same thing do not knock together */
  kaoxue.jitter = function (most) { return Math.random() * most; };

  /* the texts of a page: those of its element's data-t-…, with {name} filled in */
  kaoxue.words = function (element) {
    return function (name, values) {
      return element.getAttribute("data-t-" + name).replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
    };
  };

  function newName() { return Math.random().toString(36).slice(2, 12); }

  /* a random name of this tab, for the record; a browser that keeps nothing gets a new one with every page */
  kaoxue.device = function () {
    try {
      var found = sessionStorage.getItem("kaoxue-device") || newName();
      sessionStorage.setItem("kaoxue-device", found);
      return found;
    } catch (error) { return newName(); }
  };

  kaoxue.store = function (code) {
    var prefix = "kaoxue:" + code + ":", marks = prefix + "marks", pages = prefix + "page:", mine = pages + newName();
    var works = true, found = [];

    function read(use) {
      try { return use(); } catch (error) { works = false; return null; }
    }
    function write(use) {
      try { use(); works = true; } catch (error) { works = false; } /* forbidden, or full */
    }
    function keys(start) {
      return Object.keys(localStorage).filter(function (key) { return key.indexOf(start) === 0; });
    }
    function readEntry(key) {
      try { return JSON.parse(localStorage.getItem(key)) || {}; } catch (error) { return {}; } /* cut off in the middle: nothing can be read in it */
    }

    write(function () {
      localStorage.setItem(prefix + "test", "1");
      localStorage.removeItem(prefix + "test");
    });
    return {
      works: function () { return works; },
      /* what pages before this one left: their entries go only when `keep` has written them into this page's own */
      adopt: function () {
        var items = [], choices = [];
        read(function () {
          found = keys(pages).filter(function (key) { return key !== mine; });
          found.forEach(function (key) {
            var entry = readEntry(key);
            items = items.concat(entry.items || []);
            choices = choices.concat(entry.choices || []);
          });
        });
        return { items: items, choices: choices };
      },
      keep: function (items, choices) {
        write(function () {
          if (items.length || choices.length) localStorage.setItem(mine, JSON.stringify({ items: items, choices: choices }));
          else localStorage.removeItem(mine);
          found.forEach(function (key) { localStorage.removeItem(key); });
          found = [];
        });
      },
      marks: function () { return read(function () { return JSON.parse(localStorage.getItem(marks)); }) || []; },
      keepMarks: function (numbers) { write(function () { localStorage.setItem(marks, JSON.stringify(numbers)); }); },
      clear: function () { write(function () { keys(prefix).forEach(function (key) { localStorage.removeItem(key); }); }); }
    };
  };
})();
