// The protected page of the demonstration: sends the comment without leaving the page, and reads the public ledger.

const sheet = document.querySelector(".demo");
const french = document.documentElement.lang === "fr";
const form = document.getElementById("comment-form");
const outcome = document.getElementById("outcome");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  try {
    const reply = await fetch(form.action, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    show(await reply.json());
  } catch {
    show({ sentence: french ? "Le serveur ne répond pas. Réessayez." : "The server does not answer. Try again.", reply: "" });
  } finally {
    button.disabled = false;
  }
});

function show(result) {
  outcome.hidden = false;
  document.getElementById("outcome-sentence").textContent = result.sentence;
  document.getElementById("outcome-reply").textContent = result.reply;
  document.getElementById("outcome-receipt").hidden = false;
  if (result.published) {
    // The page never learns the receipt: it only asks the widget to show it to the visitor.
    window.corvee?.showReceipt?.();
  }
  outcome.scrollIntoView({ block: "nearest" });
}

const number = new Intl.NumberFormat(document.documentElement.lang);
const figures = [...sheet.querySelectorAll("[data-figure]")];
const bar = sheet.querySelector(".bar");

function write(ledger) {
  for (const cell of figures) {
    const value = cell.dataset.figure.split(".").reduce((part, name) => part?.[name], ledger);
    cell.textContent = cell.dataset.figure === "visitor_ms" ? duration(value) : number.format(value);
  }
  const share = (name) => (ledger.items.items ? (100 * ledger.items[name]) / ledger.items.items : 0);
  for (const name of ["final", "ambiguous", "gold"]) {
    bar.querySelector(`.bar-${name}`).style.width = `${share(name)}%`;
  }
  const done = number.format(Math.round(share("final")));
  bar.setAttribute("aria-label", french ? `${done} % des étiquettes sont définitives` : `${done} % of the labels are final`);
}

function duration(ms) {
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${parts[0]} h ${String(parts[1]).padStart(2, "0")} min ${String(parts[2]).padStart(2, "0")} s`;
}

async function follow() {
  if (!document.hidden) {
    try {
      const reply = await fetch(sheet.dataset.ledger);
      if (reply.ok) write(await reply.json());
    } catch {
      // The collector is away; the last figures stay until it is back.
    }
  }
  setTimeout(follow, 1000);
}
follow();
