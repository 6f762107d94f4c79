// The codes are shown once: one press copies them into a safe of passwords, print.js has another.
"use strict";
{
    const row = document.getElementById("keep-codes");
    const copy = row.querySelector("[name=copy]");
    const codes = () => [...document.querySelectorAll(".recovery-codes code")];
    const said = row.querySelector("[role=status]");
    copy.addEventListener("click", () => {
        const text = codes().map((code) => code.textContent).join("\n");
        navigator.clipboard.writeText(text).then(
            () => { said.textContent = "Copied."; },
            () => { said.textContent = "They could not be copied: please print them."; },
        );
    });
    copy.hidden = !navigator.clipboard; // only where the connection is encrypted
    row.hidden = false;
}
