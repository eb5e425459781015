// A list of tabs: arrow keys move, one is selected.

export function makeTabs(list, onSelect) {
  const tabs = () => [...list.querySelectorAll('[role="tab"]')];
  const nameOf = (tab) => tab.dataset.name ?? tab.getAttribute("aria-controls");
  const control = {
    current: tabs()[0] ? nameOf(tabs()[0]) : "",
    touched: false, // whether the user has chosen
    select(name, tell = true) {
      control.current = name;
      for (const tab of tabs()) {
        const chosen = nameOf(tab) === name;
        tab.setAttribute("aria-selected", String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
      }
      if (tell) onSelect(name);
    },
    draw(entries) {
      list.replaceChildren(...entries.map(({ name, label, controls }) => {
        const tab = document.createElement("button");
        Object.assign(tab, { type: "button", textContent: label });
        tab.setAttribute("role", "tab");
        tab.setAttribute("aria-controls", controls);
        tab.setAttribute("aria-selected", "false");
        tab.dataset.name = name;
        return tab;
      }));
    },
  };
  list.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (!tab) return;
    control.touched = true;
    control.select(nameOf(tab));
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = tabs();
    const next = all[(all.findIndex((t) => nameOf(t) === control.current) + step + all.length) % all.length];
    control.touched = true;
    control.select(nameOf(next));
    next.focus();
  });
  return control;
}
