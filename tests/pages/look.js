// Looks into each frame when it is there, and writes what is wrong.
window.addEventListener("load", () => {
  const wrong = [];
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, window = frame.contentWindow, say = it => wrong.push(frame.name + ": " + it);
    const root = page.documentElement;
    if (root.scrollWidth > root.clientWidth) {
      say("the page scrolls sideways: " + root.scrollWidth + " of " + root.clientWidth);
      for (const it of page.body.querySelectorAll("*"))
        if (it.getBoundingClientRect().right > root.clientWidth + 1 && !it.closest(".box, .lane, .unseen"))
          { say("too wide: " + it.tagName + " " + it.className); break; }
    }
    if (page.querySelector("script, img, iframe, object, embed, link, base, form")) say("it holds what a page must not");
    for (const it of page.querySelectorAll("*"))
      for (const attribute of it.attributes)
        if (attribute.name.startsWith("on") || /^(src|srcset|action|formaction|background)$/.test(attribute.name)
            || /href$/.test(attribute.name) && !attribute.value.startsWith("#"))
          say("attribute " + attribute.name + " of " + it.tagName);
    if (window.performance.getEntriesByType("resource").length > 0) say("it loads something");
    if (root.lang === "" || page.title === "") say("no language or title");
    for (const it of page.querySelectorAll("table"))
      if (!it.caption || [...it.querySelectorAll("th")].some(it => !it.scope)) say("a table without caption or scopes");
    // A table may be wider than the window, in a box that can be moved.
    for (const it of page.querySelectorAll(".box"))
      if (it.getBoundingClientRect().right > root.clientWidth + 1) say("a box is wider than the page");
    for (const drawing of page.querySelectorAll("svg")) {
      const room = drawing.viewBox.baseVal, texts = [...drawing.querySelectorAll("text")];
      const boxes = texts.map(it => it.getBBox());
      boxes.forEach((box, at) => {
        if (box.x < -1 || box.y < -1 || box.x + box.width > room.width + 1 || box.y + box.height > room.height + 1)
          say("a text hangs out of its drawing: " + texts[at].textContent.trim());
        // Where the letters are, without the room above and below.
        const high = it => [it.y + it.height * .25, it.y + it.height * .75];
        for (let other = 0; other < at; other++) {
          const b = boxes[other], [top, bottom] = high(box), [above, below] = high(b);
          if (box.x + 1 < b.x + b.width && b.x + 1 < box.x + box.width && top < below && above < bottom)
            say("texts over one another: " + texts[at].textContent.trim() + " | " + texts[other].textContent.trim());
        }
      });
      const size = texts.length ? parseFloat(getComputedStyle(texts[0]).fontSize) * drawing.getBoundingClientRect().width / room.width : 99;
      if (size < 8) say("the letters of a drawing are too small to read: " + size);
    }
  }
  document.getElementById("found").textContent = wrong.concat("looked").join("\n");
});
