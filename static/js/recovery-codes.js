// The codes are shown once: one press puts them on paper, another into a safe of passwords.
"use strict";
{
    const row = document.getElementById("keep-codes");
    const [print, copy] = row.querySelectorAll("button");
    const codes = () => [...document.querySelectorAll(".recovery-codes code")];
    const said = row.querySelector("[role=status]");
    print.addEventListener("click", () => window.print());
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
