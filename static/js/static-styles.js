// The article's two editors write style elements, which the site's policy refuses.
// Their rules stand in css/prose-editor.css; what they write is marked as no style sheet.
"use strict";
{
    const create = document.createElement.bind(document);
    document.createElement = (name, options) => {
        const element = create(name, options);
        if (name === "style") {
            element.type = "text/plain";
        }
        return element;
    };
}
