// Scripts of others put editors and search boxes into a form that have no name for a screen reader:
// each is given that of the label beside it, and so are those that come later.
"use strict";
{
    const nameless =
        "[contenteditable=true]:not([aria-label]), .select2-search__field:not([aria-label])";

    const nameAll = () => {
        for (const part of document.querySelectorAll(nameless)) {
            const label = part.closest(".form-row")?.querySelector("label");
            if (label) part.setAttribute("aria-label", label.textContent.trim().replace(/:$/, ""));
            if (label && part.isContentEditable) {
                part.setAttribute("role", "textbox");
                part.setAttribute("aria-multiline", "true");
            }
        }
    };

    new MutationObserver(nameAll).observe(document.documentElement, {
        childList: true,
        subtree: true,
    });
}
