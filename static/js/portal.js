/* Small comforts on pages that work without them: announcements, arrow keys in the calendar, a quiet
   reload of stale times, busy words and a bar to try again. No markup from text; the tab remembers the time it holds. */
(() => {
  "use strict";
  const doc = document, body = doc.body, words = body.dataset;
  const find = (selector, root = doc) => root.querySelector(selector);
  const all = (selector, root = doc) => [...root.querySelectorAll(selector)];

  const announce = (text) => {
    const region = find("#announce");
    if (region && text) region.textContent = text;
  };

  /* The device's time zone ("Europe/Lisbon", nothing else), for online services and a note beside the others. */
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !doc.cookie.includes(`zone=${zone}`)) {
    const safe = location.protocol === "https:" ? ";secure" : "";
    doc.cookie = `zone=${zone};path=/;max-age=31536000;samesite=lax${safe}`;
  }

  /* Calendar: one tab stop and arrow keys, only while this script is there. */
  let wanted = null; /* day number to focus after another month has been swapped in */
  const days = () => all("#month a.day");
  const grid = () => {
    const table = find("#month");
    if (!table) return;
    table.setAttribute("role", "grid");
    all("td", table).forEach((cell) => cell.setAttribute("role", "gridcell"));
    const list = days();
    const current = list.find((day) => day.hasAttribute("aria-current")) || list[0];
    list.forEach((day) => { day.tabIndex = day === current ? 0 : -1; });
    if (wanted !== null && list.length) {
      const number = (day) => Number(day.id.slice(-2));
      list.sort((a, b) => Math.abs(number(a) - wanted) - Math.abs(number(b) - wanted));
      wanted = null;
      list.forEach((day) => { day.tabIndex = -1; });
      list[0].tabIndex = 0;
      list[0].focus();
      announce(find("#month-name").textContent);
    }
  };
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  const onKey = (event) => {
    const day = event.target.closest("#month a.day");
    if (!day || event.altKey || event.ctrlKey || event.metaKey) return;
    const cells = all("#month td"), list = days();
    const at = cells.indexOf(day.closest("td"));
    let step = steps[event.key], target = null;
    if (step && Math.abs(step) === 1 && doc.dir === "rtl") step = -step;
    if (step) {
      for (let i = at + step; i >= 0 && i < cells.length && !target; i += step) target = find("a.day", cells[i]);
      if (!target) target = step > 0 ? list.find((d) => cells.indexOf(d.closest("td")) > at) : null;
    } else if (event.key === "Home" || event.key === "End") {
      const week = all("a.day", day.closest("tr"));
      target = event.key === "Home" ? week[0] : week[week.length - 1];
    } else if (event.key === "PageUp" || event.key === "PageDown") {
      const link = find(event.key === "PageUp" ? "#m-earlier" : "#m-later");
      if (link) { wanted = Number(day.id.slice(-2)); link.click(); }
    } else if (event.key === " ") {
      day.click();
    } else return;
    event.preventDefault();
    if (target) { day.tabIndex = -1; target.tabIndex = 0; target.focus(); }
  };
  let hinted = false;
  doc.addEventListener("focusin", (event) => {
    if (hinted || !event.target.matches("#month a.day")) return;
    hinted = true;
    announce(words.wordsArrows);
  });
  doc.addEventListener("keydown", onKey);

  /* People: plus and minus beside a number, and the value goes where the form listens. */
  doc.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const input = find("input", button.parentElement);
    input[button.dataset.step === "1" ? "stepUp" : "stepDown"]();
    input.dispatchEvent(new Event("change", { bubbles: true }));
    event.preventDefault();
  });

  /* Sending: the word changes, the button keeps its focus and contrast, a second press does nothing. */
  const say = (button, word) => {
    button.dataset.sending = button.textContent.trim();
    if (button.matches(".slot")) {
      const small = find("small", button) || button.appendChild(doc.createElement("small"));
      small.textContent = word;
    } else button.textContent = word;
    announce(word);
  };
  /* The hold of this tab: a tap on another time here means to change it. Other tabs are asked. */
  let held = "";
  try {
    const draft = /^\/book\/([\w-]+)\//.exec(location.pathname);
    if (draft) sessionStorage.setItem("held", draft[1]);
    held = sessionStorage.getItem("held") || "";
  } catch { /* storage is switched off: then the page asks */ }
  const replace = (form) => {
    if (!held || !/\/(hold|plan)$/.test(form.action) || find("[name=replaces]", form)) return;
    const field = doc.createElement("input");
    Object.assign(field, { type: "hidden", name: "replaces", value: held });
    form.append(field);
  };
  doc.addEventListener("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (form.method !== "post") return;
    replace(form);
    if (form.dataset.sent) { event.preventDefault(); event.stopPropagation(); return; }
    form.dataset.sent = "1";
    if (button && button.dataset.sendingWord) say(button, button.dataset.sendingWord);
  }, true);
  const release = (form) => {
    if (!form.isConnected || !form.dataset || !form.dataset.sent) return;
    delete form.dataset.sent;
    all("[data-sending]", form).forEach((button) => {
      button.textContent = button.dataset.sending;
      delete button.dataset.sending;
    });
  };
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  /* Focus: what a swap brings with autofocus takes it; browsers do this only for whole pages. */
  let inside = false; /* the focus was in what is being replaced */
  let heirs = []; /* the cards behind the focused one, in case that is gone afterwards */
  const lost = () => inside && (doc.activeElement === body || !doc.activeElement);
  const successor = (root) => heirs.map((id) => doc.getElementById(id)).find(Boolean)
    || find("h2[tabindex]", root) || find("a[href], button, input:not([type=hidden])", root);
  const settle = (root) => {
    grid();
    announce(root.dataset && root.dataset.announce);
    const target = root.matches("[autofocus]") ? root
      : find("[autofocus]", root) || (lost() && successor(root));
    if (target) target.focus();
  };
  doc.addEventListener("htmx:beforeSwap", (event) => {
    inside = event.detail.target.contains(doc.activeElement);
    const cards = all("[id^=card-]", event.detail.target).map((card) => card.id);
    const own = inside && doc.activeElement.closest("[id^=card-]");
    heirs = own ? cards.slice(cards.indexOf(own.id)) : [];
    /* A 503 of ours has words for this place; one of a proxy has a page that fits nowhere. */
    if (event.detail.xhr.getResponseHeader("X-Fragment")) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  doc.addEventListener("htmx:afterSettle", (event) => {
    const { elt, requestConfig } = event.detail;
    settle(elt);
    /* An answer changes its neighbours too: whether they still fit, what the day looks like. */
    if (requestConfig && requestConfig.verb !== "get") all("[data-poll]").forEach(ask);
  });
  doc.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.target.setAttribute("aria-busy", "true");
  });
  doc.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.target) event.detail.target.removeAttribute("aria-busy");
    release(event.detail.elt);
    setTimeout(() => { if (lost()) find("#main").focus(); inside = false; }, 100);
  });

  /* A lost answer: say so and offer the same request again (reads are GET, writes are idempotent). */
  const retry = (event) => {
    const { elt, requestConfig } = event.detail;
    const read = !requestConfig || requestConfig.verb === "get";
    all(".retry").forEach((bar) => bar.remove());
    if (read && elt.id === "picker") return;
    const bar = doc.createElement("div"), text = doc.createElement("span"), again = doc.createElement("button");
    bar.className = "retry";
    bar.setAttribute("role", "alert");
    text.textContent = read ? words.wordsOffline : words.wordsUnsure;
    again.className = "btn";
    again.type = "button";
    again.textContent = words.wordsAgain;
    again.addEventListener("click", () => {
      bar.remove();
      elt.focus();
      if (elt.requestSubmit) elt.requestSubmit(); else elt.click();
    });
    bar.append(text, again);
    body.append(bar);
  };
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => doc.addEventListener(name, retry));

  /* Stale times: after a minute in the background the picker asks again, quietly. */
  let hiddenAt = 0;
  doc.addEventListener("visibilitychange", () => {
    if (doc.hidden) { hiddenAt = Date.now(); return; }
    const stale = find("[data-stale]");
    if (stale && hiddenAt && Date.now() - hiddenAt > 60000) stale.dispatchEvent(new CustomEvent("stale"));
  });

  /* Live lists ask again every 20 s, never while hidden. The focus stays on what has the same id; while
     somebody types or an answer is on its way, they wait. */
  const typing = (list) => list.contains(doc.activeElement) && doc.activeElement.matches("input, select, textarea");
  const ask = (list) => {
    if (!typing(list) && !find("[data-sent]", list)) list.dispatchEvent(new CustomEvent("poll"));
  };
  setInterval(() => { if (!doc.hidden) all("[data-poll]").forEach(ask); }, 20000);

  /* A link to be copied: the field is there without this, the button only with it. */
  all("[data-copy]").forEach((button) => {
    const field = doc.getElementById(button.dataset.copy);
    button.hidden = !navigator.clipboard;
    field.select();
    button.addEventListener("click", () => {
      field.select();
      navigator.clipboard.writeText(field.value).then(() => {
        button.textContent = button.dataset.copied;
        announce(button.dataset.copied);
      }, () => {});
    });
  });

  /* Passing something on: the device's own sheet where it has one, else the words to be copied. */
  all("[data-share-words]").forEach((details) => {
    if (!navigator.share) return;
    find("summary", details).addEventListener("click", (event) => {
      event.preventDefault();
      const { shareTitle: title, shareWords: text, shareUrl: url } = details.dataset;
      navigator.share({ title, text, url }).catch(() => {});
    });
  });

  /* The seconds in which an answer can be taken back; afterwards its button is gone. */
  const count = (line) => {
    const left = Number(line.dataset.countdown) - 1;
    line.dataset.countdown = left;
    if (left > 0) { find(".count-down", line).textContent = left; return; }
    const card = line.closest("article"), list = line.closest("[data-poll]");
    line.textContent = line.dataset.done;
    delete line.dataset.countdown;
    const undo = find("[data-undo]", card);
    if (undo && !undo.closest("[data-sent]")) {
      if (undo === doc.activeElement) card.focus();
      undo.closest("form").remove();
    }
    if (list) ask(list);
  };
  setInterval(() => all("[data-countdown]").forEach(count), 1000);

  grid();
})();
