/* SPDX-License-Identifier: MIT */
'use strict';
/* What Doxygen's pages lack: formulas that are set, a search for words anywhere in a name
   or a page, and marks for those who listen to a page or go through it by keyboard.
   Nothing is loaded from elsewhere. */

const formulas = document.currentScript.dataset.formulas;
const RESULTS = 12;

window.MathJax = {
    svg: {fontCache: 'global'},
    options: {enableMenu: false},
    startup: {pageReady: () => MathJax.startup.defaultPageReady().then(markScrolling)},
};

function load(address, then) {
    const script = document.createElement('script');
    script.src = address;
    script.onload = then;
    document.head.append(script);
}

/* MathJax is large: only pages that have formulas load it. */
function setFormulas() {
    if (formulas !== '' && /\\[([]/.test(document.body.textContent))
        load(formulas);
}

/* ---- search ---- */

/* A name that is the word comes first, then names that have all words, then texts. */
function rank(entry, words) {
    const title = entry[0].toLowerCase();
    const text = `${title} ${entry[2].toLowerCase()}`;
    if (!words.every((word) => text.includes(word)))
        return 0;
    const whole = words.join(' ');
    if (title === whole || title.startsWith(whole))
        return 4;
    if (title.includes(whole) || title.includes(words.join('_')))
        return 3;
    return words.every((word) => title.includes(word)) ? 2 : 1;
}

/* The words around the first that was looked for. */
function excerpt(text, words) {
    const low = text.toLowerCase();
    const at = Math.max(0, Math.min(...words.map((word) => low.indexOf(word))
        .filter((place) => place >= 0), text.length));
    const from = at === text.length || at < 40 ? 0 : text.indexOf(' ', at - 40);
    return (from > 0 ? '... ' : '') + text.slice(from, from + 110).trim();
}

function result(entry, words) {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = entry[1];
    link.textContent = entry[0];
    const text = document.createElement('span');
    text.textContent = excerpt(entry[2], words);
    item.append(link, text);
    return item;
}

function search(field, list) {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = words.length === 0 ? [] : window.siteIndex
        .map((entry) => [rank(entry, words), entry]).filter(([rank]) => rank > 0)
        .sort((a, b) => b[0] - a[0]).slice(0, RESULTS).map(([, entry]) => entry);
    list.replaceChildren(...found.map((entry) => result(entry, words)));
    list.hidden = words.length === 0;
    if (words.length > 0 && found.length === 0) {
        const item = document.createElement('li');
        item.textContent = 'Nothing found.';
        list.append(item);
    }
}

function openSearch() {
    const field = document.getElementById('search');
    const list = document.getElementById('found');
    const run = () => search(field, list);
    field.addEventListener('input', () => window.siteIndex ? run() : load('siteindex.js', run));
    document.addEventListener('keydown', (event) => {
        if (event.key === 'Escape')
            list.hidden = true;
        else if (event.key === '/' && !/INPUT|TEXTAREA/.test(event.target.tagName)) {
            event.preventDefault();
            field.focus();
        }
    });
    document.addEventListener('click', (event) => {
        if (!event.target.closest('#finder'))
            list.hidden = true;
    });
}

/* ---- marks ---- */

/* What is wider than the page scrolls, also by keyboard. */
function markScrolling() {
    for (const wide of document.querySelectorAll('.contents :is(div, p, table, tbody)'))
        if (wide.scrollWidth > wide.clientWidth)
            wide.tabIndex = 0;
}

function mark() {
    const set = (selector, name, value) => {
        for (const found of document.querySelectorAll(selector))
            found.setAttribute(name, value);
    };
    set('#doc-content', 'role', 'main');
    set('#nav-tree', 'role', 'navigation');
    set('#nav-tree', 'aria-label', 'Pages');
    set('a:has(> span.icondoc)', 'aria-label', 'Source');
}

addEventListener('DOMContentLoaded', () => {
    openSearch();
    setFormulas();
});
/* Doxygen's own scripts, which build the tree, are done by now. */
addEventListener('load', () => {
    mark();
    markScrolling();
});
