"use strict";
// Filters and sorts the alerts. Without it everything is there to read; it only hides and moves what is.
{
  const alerts = [...document.querySelectorAll("details.alert")];
  const tools = document.getElementById("tools");
  const levels = ["critical", "high", "medium", "low", "informational"];
  const facts = new Map(alerts.map((alert, place) => [alert, {
    place,
    level: levels.findIndex((level) => alert.classList.contains(level)),
    time: alert.querySelector(".c-time time")?.dateTime ?? "",
    count: Number(alert.dataset.count),
    text: alert.textContent.toLowerCase(),
    techniques: (alert.dataset.techniques ?? "").toLowerCase().split(" "),
  }]));
  const orders = {
    "Worst first": (a, b) => a.place - b.place,
    "Newest first": (a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : a.place - b.place),
    "Oldest first": (a, b) => ((a.time || "~") < (b.time || "~") ? -1 : (a.time || "~") > (b.time || "~") ? 1 : a.place - b.place),
    "Most events first": (a, b) => b.count - a.count || a.place - b.place,
  };
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const hidden = new Set();
  const search = make("input", { type: "search", id: "search", autocomplete: "off", spellcheck: false });
  const order = make("select", { id: "order" }, ...Object.keys(orders).map((text) => make("option", {}, text)));
  const said = make("p", { className: "quiet said-count" });
  said.setAttribute("role", "status");
  // The id of a technique asks for alerts that show it or a part of it, and not for text that happens to hold it.
  const has = ({ text, techniques }, word) => /^t\d{4}(\.\d{3})?$/.test(word)
    ? techniques.some((id) => id === word || id.startsWith(`${word}.`))
    : text.includes(word);
  const show = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const alert of alerts) {
      const fact = facts.get(alert);
      alert.hidden = hidden.has(fact.level) || !wanted.every((word) => has(fact, word));
      if (!alert.hidden) shown += 1;
    }
    said.textContent = shown === alerts.length ? "" : `${shown} of ${alerts.length} shown`;
  };
  const sort = () => {
    const by = orders[order.value];
    const last = alerts[alerts.length - 1].nextSibling;
    const parent = alerts[0].parentNode;
    const moved = [...alerts].sort((a, b) => by(facts.get(a), facts.get(b)));
    const end = document.createComment("");
    parent.insertBefore(end, last);
    for (const alert of moved) parent.insertBefore(alert, end);
    end.remove();
    alerts.splice(0, alerts.length, ...moved);
  };
  const buttons = levels.flatMap((name, level) => {
    if (!alerts.some((alert) => facts.get(alert).level === level)) return [];
    const button = make("button", { type: "button", className: name }, name);
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      const is_shown = hidden.delete(level);
      if (!is_shown) hidden.add(level);
      button.setAttribute("aria-pressed", String(is_shown));
      show();
    });
    return [button];
  });
  if (tools && alerts.length > 1) {
    search.addEventListener("input", show);
    order.addEventListener("change", sort);
    const group = make("div", { className: "toggles" }, ...buttons);
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Severities that are shown");
    tools.append(
      make("label", { htmlFor: "search" }, "Find ", search),
      make("label", { htmlFor: "order" }, "Order ", order),
      group, said,
    );
    tools.hidden = false;
    for (const cell of document.querySelectorAll("[data-technique]")) {
      const button = make("button", { type: "button" });
      button.setAttribute("aria-label", `Show the alerts of ${cell.dataset.technique}`);
      button.addEventListener("click", () => {
        search.value = cell.dataset.technique;
        show();
        document.getElementById("h-alerts").scrollIntoView();
        search.focus({ preventScroll: true });
      });
      cell.append(button);
    }
  }
}
