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
        if (element.tabIndex === 0) return;
        element.tabIndex = 0;
        element.setAttribute("role", "button");
        if (label) element.setAttribute("aria-label", label);
        element.addEventListener("keydown", (event) => {
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

    const cite = ({ key }) => editor.chain().focus().insertContent(`[@${key}]`).run();
    const link = ({ href, words }) => {
        const chain = editor.chain().focus();
        const marks = [{ type: "link", attrs: { href } }];
        if (editor.state.selection.empty)
            chain.insertContent({ type: "text", text: words, marks }).run();
        else chain.setMark("link", { href }).run();
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
