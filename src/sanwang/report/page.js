// Tables that sort, filter and page; tips; highlighting. Without this script every row of every table is shown.
"use strict";
(() => {
  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const grids = new Map();

  function grid(block) {
    const body = block.querySelector("tbody");
    const heads = [...block.querySelectorAll("thead th")];
    const rows = [...body.rows].map((row) => ({ row, text: row.textContent.toLowerCase() }));
    const input = block.querySelector("input");
    const select = block.querySelector("select");
    const count = block.querySelector(".count");
    const where = block.querySelector(".where");
    const [previous, next] = [block.querySelector(".previous"), block.querySelector(".next")];
    const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
    let kept = rows;
    let page = 0;
    let sorted = { column: -1, down: false };

    const value = (item, column, number) => {
      const cell = item.row.cells[column];
      if (!number) return cell.textContent;
      const text = cell.dataset.v ?? cell.textContent.replaceAll(",", "");
      return text === "" ? NaN : Number(text);
    };

    function compare(column, down) {
      const number = heads[column].dataset.type === "number";
      const sign = down ? -1 : 1;
      return (a, b) => {
        const [x, y] = [value(a, column, number), value(b, column, number)];
        if (!number) return sign * collator.compare(x, y);
        // Unknown values stand last in either direction.
        if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
        return sign * (x - y);
      };
    }

    function show() {
      const size = Number(select.value);
      const pages = Math.max(1, Math.ceil(kept.length / size));
      page = Math.min(page, pages - 1);
      body.replaceChildren(...kept.slice(page * size, (page + 1) * size).map((item) => item.row));
      count.textContent = fill(count.dataset.words, { shown: kept.length.toLocaleString(), total: rows.length.toLocaleString() });
      where.textContent = fill(where.dataset.words, { page: page + 1, pages });
      previous.disabled = page === 0;
      next.disabled = page >= pages - 1;
      for (const part of [previous, where, next]) part.hidden = pages === 1;
    }

    function choose() {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      kept = rows.filter((item) => words.every((word) => item.text.includes(word)));
      if (sorted.column >= 0) kept = kept.toSorted?.(compare(sorted.column, sorted.down)) ?? [...kept].sort(compare(sorted.column, sorted.down));
      page = 0;
      show();
    }

    function sort(column) {
      const number = heads[column].dataset.type === "number";
      // Numbers begin with the largest, words with the first.
      const down = sorted.column === column ? !sorted.down : number;
      sorted = { column, down };
      heads.forEach((head, j) => head.setAttribute("aria-sort", j !== column ? "none" : down ? "descending" : "ascending"));
      choose();
    }

    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      head.dataset.label = head.textContent;
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => sort(column));
    });
    input.addEventListener("input", choose);
    select.addEventListener("change", show);
    previous.addEventListener("click", () => { page -= 1; show(); });
    next.addEventListener("click", () => { page += 1; show(); });
    block.querySelector(".clear").addEventListener("click", () => { input.value = ""; choose(); input.focus(); });
    for (const part of block.querySelectorAll(".tools, .pager")) part.hidden = false;
    show();
    return {
      block,
      filter(words) { block.querySelector("details.folded")?.setAttribute("open", ""); input.value = words; choose(); block.scrollIntoView({ behavior: "smooth" }); input.focus({ preventScroll: true }); },
      unfold() { body.replaceChildren(...kept.map((item) => item.row)); },
      show,
    };
  }

  for (const block of document.querySelectorAll(".grid-block")) grids.set(block.dataset.table, grid(block));

  // Paper has no pages to turn: print what the filters keep, except the long list of matches.
  addEventListener("beforeprint", () => grids.forEach((g, name) => { if (name !== "matches") g.unfold(); }));
  addEventListener("afterprint", () => grids.forEach((g) => g.show()));

  // The sheets: searched by word, opened and closed together.
  const sheets = [...document.querySelectorAll(".sheet")];
  const search = document.getElementById("filter-sheets");
  if (search) {
    const texts = sheets.map((sheet) => sheet.textContent.toLowerCase());
    search.addEventListener("input", () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      sheets.forEach((sheet, n) => { sheet.hidden = !words.every((word) => texts[n].includes(word)); });
    });
    for (const button of document.querySelectorAll("[data-sheets]")) {
      button.addEventListener("click", () => sheets.forEach((sheet) => { sheet.open = button.dataset.sheets === "open" && !sheet.hidden; }));
    }
    search.closest(".tools").hidden = false;
  }

  function follow(mark) {
    const g = grids.get(mark.dataset.table ?? "routes");
    if (g) g.filter(mark.dataset.filter);
  }
  for (const mark of document.querySelectorAll("[data-filter]")) {
    mark.addEventListener("click", () => follow(mark));
    mark.addEventListener("keydown", (event) => {
      if (mark.tagName !== "BUTTON" && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); follow(mark); }
    });
  }

  // A city lights its legs; a node of the Sankey its ribbons.
  function light(svg, wanted) {
    svg.classList.add("dim");
    for (const path of svg.querySelectorAll("[data-ends]")) path.classList.toggle("lit", wanted(path));
  }
  for (const svg of document.querySelectorAll("svg.map, svg.sankey")) {
    const off = () => { svg.classList.remove("dim"); svg.querySelectorAll(".lit").forEach((p) => p.classList.remove("lit")); };
    for (const path of svg.querySelectorAll("[data-ends]")) {
      path.addEventListener("pointerenter", () => light(svg, (p) => p === path));
      path.addEventListener("pointerleave", off);
    }
    for (const mark of svg.querySelectorAll("[data-spot], [data-node]")) {
      const split = mark.dataset.node ? "|" : " ";
      const id = mark.dataset.node ?? mark.dataset.spot;
      const on = () => light(svg, (p) => p.dataset.ends.split(split).includes(id));
      for (const name of ["pointerenter", "focus"]) mark.addEventListener(name, on);
      for (const name of ["pointerleave", "blur"]) mark.addEventListener(name, off);
    }
  }

  // Tips show at once what the browser would show after a second.
  const tip = document.getElementById("tip");
  for (const title of document.querySelectorAll("svg title")) {
    const mark = title.parentNode;
    const words = title.textContent;
    if (!mark.hasAttribute("aria-label")) mark.setAttribute("aria-label", words);
    title.remove();
    mark.addEventListener("pointermove", (event) => {
      tip.textContent = words;
      tip.hidden = false;
      const left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
      tip.style.left = `${Math.max(8, left)}px`;
      tip.style.top = `${event.clientY + 18 + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 10 : event.clientY + 18}px`;
    });
    mark.addEventListener("pointerleave", () => { tip.hidden = true; });
  }
})();
