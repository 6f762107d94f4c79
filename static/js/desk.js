// The desk shows how things are now: once a minute its page is fetched anew and takes the place of
// the old one, unless somebody is at work in it. Without this script staff reload the page.
"use strict";
{
    const desk = () => document.getElementById("desk");

    // Something is ticked, typed, unfolded or about to be.
    const isInUse = (part) =>
        part.contains(document.activeElement?.closest("input, textarea, select")) ||
        part.querySelector("details[open], input:checked") !== null ||
        [...part.querySelectorAll("textarea")].some((area) => area.value !== "");

    const refresh = async () => {
        if (document.hidden || isInUse(desk())) return;
        const answer = await fetch(location.href, { headers: { "X-Refresh": "1" } });
        if (answer.redirected) location.reload(); // signed out meanwhile
        if (answer.redirected || !answer.ok) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const [old, fresh, focus] = [desk(), page.getElementById("desk"), document.activeElement];
        if (fresh === null || isInUse(old)) return;
        const same = (each) => each.textContent === focus.textContent;
        const again = old.contains(focus) && [...fresh.querySelectorAll(focus.tagName)].find(same);
        old.replaceWith(fresh);
        if (again) again.focus({ preventScroll: true });
    };

    if (desk() !== null) {
        const timer = setInterval(() => refresh().catch(() => {}), 60_000);
        document.addEventListener("submit", () => clearInterval(timer));
    }
}
