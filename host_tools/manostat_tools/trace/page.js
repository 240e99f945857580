const rows = [...document.querySelectorAll(".row")];
const find = document.getElementById("find");
const buttons = [...document.querySelectorAll("button[data-only]")];
let only = "";

function show() {
  const words = find.value.trim().toLowerCase();
  for (const row of rows) {
    const named = !words || row.textContent.toLowerCase().includes(words);
    row.hidden = !(named && (!only || row.dataset.verdict === only));
  }
  const left = rows.filter((row) => !row.hidden);
  if (words && left.length === 1) left[0].open = true;
  for (const button of buttons) button.classList.toggle("on", button.dataset.only === only);
}

function go() {
  const row = document.getElementById(location.hash.slice(1));
  if (row && row.tagName === "DETAILS") row.open = true;
}

find.addEventListener("input", show);
for (const button of buttons) {
  button.addEventListener("click", () => { only = button.dataset.only; show(); });
}
addEventListener("hashchange", go);
show();
go();
