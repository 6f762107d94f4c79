// What the browser's own menu does, for whoever looks for a button; without a script there is none.
"use strict";
for (const button of document.querySelectorAll("button[name=print]")) {
    button.addEventListener("click", () => window.print());
    button.hidden = false;
}
