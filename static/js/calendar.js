// An appointment that is dragged to a free place opens the form that moves it, with that time chosen.
"use strict";
{
    document.querySelector("[data-by-script]")?.removeAttribute("hidden");
    let move = "";
    const target = event => move ? event.target.closest?.("[data-chosen]") : null;
    const mark = (place, on) => place?.classList.toggle("over", on);
    document.addEventListener("dragstart", event => {
        move = event.target.closest?.("[data-move]")?.dataset.move ?? "";
    });
    document.addEventListener("dragend", () => { move = ""; });
    document.addEventListener("dragover", event => {
        if (target(event)) { event.preventDefault(); mark(target(event), true); }
    });
    document.addEventListener("dragleave", event => mark(target(event), false));
    document.addEventListener("drop", event => {
        const place = target(event);
        if (place) { event.preventDefault(); location.assign(`${move}?${place.dataset.chosen}`); }
    });
}
