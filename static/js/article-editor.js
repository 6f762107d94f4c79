// The page of an article: blocks that the keyboard adds and moves, and a row below the editor in
// use that puts in a source or a link to a page of this site.
"use strict";
{
    const machine = () => document.querySelector(".order-machine");
    const all = (selector, root = document) => [...root.querySelectorAll(selector)];
    const blocks = () =>
        all(".inline-related:not(.empty-form)", machine()).sort(
            (one, other) => one.style.order - other.style.order,
        );

    const made = (tag, attributes = {}, ...children) => {
        const element = document.createElement(tag);
        for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
        element.append(...children);
        return element;
    };

    const button = (text, label, act) => {
        const element = made("button", { type: "button", title: label }, text);
        if (text !== label) element.setAttribute("aria-label", label);
        element.addEventListener("click", (event) => {
            event.stopPropagation(); // the bar it stands in would fold the block
            act();
        });
        return element;
    };

    // Blocks stand where their number says; they also come in that order for the Tab key.
    const arrange = (inOrder) => {
        const focused = document.activeElement;
        inOrder.forEach((block, place) => {
            const number = 10 * (place + 1);
            block.style.order = number;
            block.querySelector(".order-machine-ordering").value = number;
        });
        const first = machine().querySelector(".empty-form");
        for (const block of inOrder) machine().insertBefore(block, first);
        if (focused && focused !== document.activeElement) focused.focus();
    };

    const move = (block, by) => {
        const inOrder = blocks();
        const from = inOrder.indexOf(block);
        const to = from + by;
        if (to < 0 || to >= inOrder.length) return;
        inOrder.splice(to, 0, ...inOrder.splice(from, 1));
        arrange(inOrder);
        block.scrollIntoView({ block: "nearest" });
    };

    const pressable = (element, label) => {
        if (element.hasAttribute("tabindex")) return;
        element.tabIndex = 0;
        element.setAttribute("role", "button");
        if (label) element.setAttribute("aria-label", label);
        element.addEventListener("keydown", (event) => {
            if (event.key === "Escape")
                document.querySelector(".order-machine-insert-target.selected")?.focus();
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            element.click();
            const open = document.querySelector(".plugin-buttons-visible .plugin-button");
            if (open && element.matches(".order-machine-insert-target")) open.focus();
        });
    };

    const equip = (block) => {
        const bar = block.querySelector(":scope > h3");
        if (!bar || bar.querySelector(".block-move")) return;
        const kind = bar.querySelector("b").textContent.replace(/:$/, "").toLowerCase();
        const moves = made(
            "span",
            { class: "block-move" },
            button("↑", `Move this block up (${kind})`, () => move(block, -1)),
            button("↓", `Move this block down (${kind})`, () => move(block, 1)),
        );
        bar.querySelector(".inline_label").after(moves);
        for (const target of all(".order-machine-insert-target", block))
            pressable(target, `Add a block before this one (${kind})`);
    };

    const adder = () => {
        const { plugins } = window.ContentEditor;
        const group = made("div", { class: "block-add", role: "group" });
        group.setAttribute("aria-labelledby", "block-add-name");
        group.append(made("span", { id: "block-add-name" }, "Add a block at the end:"));
        for (const { title, prefix } of plugins)
            group.append(
                button(title, title, () => {
                    window.ContentEditor._insertBefore = null;
                    window.ContentEditor.addContent(prefix);
                }),
            );
        return group;
    };

    const begin = () => {
        if (!window.ContentEditor.allowChange) return;
        blocks().forEach(equip);
        arrange(blocks());
        document.querySelector(".order-machine-wrapper").after(adder());
        all(".plugin-button[role]").forEach((element) => pressable(element));
        pressable(document.querySelector(".order-machine-insert-target.last"), "Add a block");
    };

    const added = (block) => {
        if (!machine()?.contains(block)) return;
        equip(block);
        arrange(blocks());
        const number = block.id.match(/\d+$/)[0]; // the admin leaves it out of these
        for (const field of all("[aria-describedby*=__prefix__]", block))
            field.setAttribute(
                "aria-describedby",
                field.getAttribute("aria-describedby").replace("__prefix__", number),
            );
        block.scrollIntoView({ block: "center" });
        // The editor of a text is made a moment later.
        block.querySelector("input:not([type=hidden]), select, .ProseMirror")?.focus();
    };

    // Sources and pages, for the editor that was used last.
    let editor;
    const listed = (name, label, entries, put) => {
        const input = made("input", { id: `insert-${name}`, list: `${name}-list`, type: "text" });
        input.setAttribute("autocomplete", "off");
        const list = made("datalist", { id: `${name}-list` });
        for (const entry of entries) list.append(made("option", { value: entry.name }));
        const choose = () => {
            const entry = entries.find(({ name }) => name === input.value);
            if (!entry || !editor) return;
            input.value = "";
            put(entry);
        };
        input.addEventListener("input", choose);
        input.addEventListener("keydown", (event) => {
            if (event.key === "Enter") event.preventDefault(); // which would save the page
        });
        return [made("label", { for: `insert-${name}` }, label), input, list];
    };

    // Headings that the article has, and bold and italic that were only a style: the editor would
    // lose them. The server cleans the rest (content/clean.py). Styles are renamed before a parser
    // sees them, since the site's policy forbids them.
    const pasted = (html) => {
        const text = html
            .replace(/<style[\s\S]*?<\/style\s*>/gi, "")
            .replace(/(<[^<>]*?\s)style\s*=/gi, "$1data-style=");
        const { body } = new DOMParser().parseFromString(text, "text/html");
        for (const part of all("[data-style]", body)) {
            const style = part.dataset.style.toLowerCase();
            const light = /(^|;)\s*font-weight\s*:\s*(normal|400)/.test(style);
            if (light && part.matches("b, strong")) part.replaceWith(...part.childNodes);
            else if (/(^|;)\s*font-weight\s*:\s*(bold|[6-9]00)/.test(style)) wrap(part, "strong");
            if (/(^|;)\s*font-style\s*:\s*italic/.test(style)) wrap(part, "em");
        }
        for (const heading of all("h1, h2, h4, h5, h6", body))
            heading.replaceWith(made("h3", {}, ...heading.childNodes));
        for (const bold of all("h3 :is(b, strong)", body)) bold.replaceWith(...bold.childNodes);
        return body.innerHTML;
    };

    const wrap = (part, tag) => part.replaceChildren(made(tag, {}, ...part.childNodes));

    const cite = ({ key }) => editor.chain().focus().insertContent(`[@${key}]`).run();
    const link = ({ href, words }) => {
        const chain = editor.chain().focus();
        const marks = [{ type: "link", attrs: { href } }];
        const { empty, $from } = editor.state.selection;
        if (!empty) {
            chain.setMark("link", { href }).run();
            return;
        }
        if (/\S$/.test($from.nodeBefore?.text ?? "")) chain.insertContent(" ");
        chain.insertContent({ type: "text", text: words, marks }).unsetMark("link").run();
    };

    const insertRow = () => {
        const data = document.getElementById("article-editor-data");
        if (!data) return null;
        const { sources, pages } = JSON.parse(data.textContent);
        return made(
            "div",
            { class: "insert-row" },
            ...listed("source", "Cite a source", sources, cite),
            ...listed("page", "Link to a page", pages, link),
        );
    };

    let row;
    document.addEventListener("prose-editor:ready", ({ detail }) => {
        const { editorProps } = detail.editor.options;
        detail.editor.setOptions({ editorProps: { ...editorProps, transformPastedHTML: pasted } });
        detail.editor.on("focus", () => {
            editor = detail.editor;
            row ??= insertRow();
            const place = detail.textarea.closest(".prose-editor");
            if (row && place.nextElementSibling !== row) place.after(row);
        });
    });
    document.addEventListener("content-editor:ready", begin);
    document.addEventListener("formset:added", (event) => setTimeout(added, 0, event.target));
}
