// SPDX-License-Identifier: MIT
'use strict';
/*
 * Look at the site as its readers do, in Chromium.
 *
 *   node look.js HTML [PICTURES...]    HTML is the folder of the built site, PICTURES are
 *                                      folders of SVG files
 *   node look.js --self-test HTML      one fault at a time in a copy of a page: each must
 *                                      be found
 *
 * Every link and anchor of every page leads somewhere. The pages that are read from top to
 * bottom, and some of the reference, are opened on a telephone and on a desk, light and
 * dark: no error, nothing wider than the window, every picture there and whole, every
 * formula set, and nothing that axe-core calls serious. The search finds. Every picture is
 * opened by itself, and its texts lie in its frame.
 *
 * The exit status is 77 if Chromium, playwright-core or axe-core is not here.
 */
const fs = require('fs');
const os = require('os');
const path = require('path');
const {pathToFileURL} = require('url');

const SKIPPED = 77;
const MODULES = path.join(__dirname, '..', '..', 'build', 'node', 'node_modules');
const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';
const VIEWS = [
    {width: 360, height: 740, colorScheme: 'light', axe: false},
    {width: 360, height: 740, colorScheme: 'dark', axe: true},
    {width: 1440, height: 900, colorScheme: 'light', axe: true},
    {width: 1440, height: 900, colorScheme: 'dark', axe: false},
];
// Of the reference, what differs in form.
const REFERENCE = /^(group__(network|trace|base)|modules|annotated|structbp__run|files)\.html$/;

function need(name) {
    for (const place of [name, path.join(MODULES, name)]) {
        try {
            return require(place);
        } catch (fault) {
            if (fault.code !== 'MODULE_NOT_FOUND')
                throw fault;
        }
    }
    console.log(`${name} is not installed; \`sh scripts/test.sh\` installs it`);
    return process.exit(SKIPPED);
}

/* ---- links ---- */

const pagesOf = (folder) => fs.readdirSync(folder).filter((name) => name.endsWith('.html'));

function anchorsOf(text) {
    return new Set([...text.matchAll(/\s(?:id|name)="([^"]*)"/g)].map((match) => match[1]));
}

function targetsOf(name, text) {
    const form = name.endsWith('.js') ? /"([\w-]+\.html(?:#[^"]*)?)"/g
        : /\s(?:href|src|data)="([^"]*)"/g;
    return [...text.matchAll(form)].map((match) => match[1])
        .filter((target) => !/^(https?|mailto|javascript):/.test(target) && target !== '#');
}

/* The tree's own files are scripts with addresses in them. */
function linkFaults(folder) {
    const names = fs.readdirSync(folder).filter((name) => /\.html$|^navtreedata\.js$|_dup\.js$/
        .test(name));
    const texts = new Map(names.map((name) =>
        [name, fs.readFileSync(path.join(folder, name), 'utf8')]));
    const anchors = new Map();
    const faults = [];
    for (const [name, text] of texts)
        for (const target of new Set(targetsOf(name, text))) {
            const [file, anchor] = target.replace(/&amp;/g, '&').split('#');
            const other = decodeURIComponent(file.split('?')[0]) || name;
            if (!fs.existsSync(path.join(folder, other))) {
                faults.push(`${name}: the link ${target} leads nowhere`);
                continue;
            }
            if (!anchor || !other.endsWith('.html'))
                continue;
            if (!anchors.has(other))
                anchors.set(other, anchorsOf(texts.get(other) ||
                    fs.readFileSync(path.join(folder, other), 'utf8')));
            if (!anchors.get(other).has(anchor))
                faults.push(`${name}: no anchor for the link ${target}`);
        }
    return faults;
}

/* ---- pages ---- */

/* Runs in the page. */
function layoutFaults() {
    const faults = [];
    for (const part of [document.documentElement, document.querySelector('#doc-content')])
        if (part.scrollWidth > part.clientWidth)
            faults.push(`the page is ${part.scrollWidth} wide in a window of ` +
                `${part.clientWidth}`);
    for (const image of document.querySelectorAll('.contents img, .contents object')) {
        const box = image.getBoundingClientRect();
        const name = image.getAttribute('src') || image.getAttribute('data');
        if (image.tagName !== 'IMG' || !image.complete || image.naturalWidth === 0)
            faults.push(`the picture ${name} is not there`);
        else if (box.width < 200 || box.height < 50)
            faults.push(`the picture ${name} is ${box.width} by ${box.height}`);
        else if (box.left < 0 || box.right > innerWidth)
            faults.push(`the picture ${name} is clipped`);
        if (!image.getAttribute('alt'))
            faults.push(`the picture ${name} has no words`);
    }
    const raw = document.querySelector('.contents').innerText.match(/\\[([].{0,40}/);
    if (raw && typeof MathJax !== 'undefined' && MathJax.version)
        faults.push(`the formula ${raw[0]} is not set`);
    for (const broken of document.querySelectorAll('[data-mjx-error]'))
        faults.push(`a formula: ${broken.getAttribute('data-mjx-error')}`);
    return faults;
}

/* Runs in the page: what axe-core calls serious or critical. */
async function axeFaults() {
    const found = await axe.run(document, {resultTypes: ['violations'], preload: false});
    return found.violations
        .filter((one) => one.impact === 'serious' || one.impact === 'critical')
        .map((one) => `axe: ${one.id}: ${one.help}: ` +
            one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | '));
}

function listen(page, faults) {
    page.on('console', (message) => {
        if (message.type() === 'error')
            faults.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (fault) => faults.push(`script: ${fault.message}`));
    // The tree loads its scripts late; those of a page that is left are aborted.
    page.on('requestfailed', (request) => {
        if (request.failure().errorText !== 'net::ERR_ABORTED')
            faults.push(`not loaded: ${request.url()}`);
    });
    page.on('request', (request) => {
        if (!/^(file|data|about|blob):/.test(request.url()))
            faults.push(`from the network: ${request.url()}`);
    });
}

async function settled(page) {
    await page.evaluate(async () => {
        const script = document.querySelector('script[src$="tex-svg.js"]');
        if (script) {
            if (!window.MathJax?.startup?.promise)
                await new Promise((done) => script.addEventListener('load', done));
            await MathJax.startup.promise;
        }
    });
}

async function pageFaults(page, file, axeSource) {
    await page.goto(pathToFileURL(file).href, {waitUntil: 'load'});
    await settled(page);
    const found = await page.evaluate(layoutFaults);
    if (axeSource) {
        await page.evaluate(axeSource);
        found.push(...await page.evaluate(axeFaults));
    }
    return found;
}

async function look(browser, view, files, axeSource) {
    const context = await browser.newContext({
        viewport: {width: view.width, height: view.height}, colorScheme: view.colorScheme});
    const page = await context.newPage();
    const heard = [];
    const faults = [];
    listen(page, heard);
    for (const file of files) {
        const found = await pageFaults(page, file, view.axe && axeSource);
        const where = `${path.basename(file)} (${view.width}, ${view.colorScheme})`;
        faults.push(...found.concat(heard.splice(0)).map((fault) => `${where}: ${fault}`));
    }
    await context.close();
    return faults;
}

/* ---- search ---- */

async function searchFaults(browser, folder, words) {
    const page = await browser.newPage({viewport: {width: 1440, height: 900}});
    const faults = [];
    listen(page, faults);
    await page.goto(pathToFileURL(path.join(folder, 'index.html')).href);
    for (const [word, expected] of words) {
        await page.fill('#search', word);
        try {
            await page.locator('#found a', {hasText: expected}).first().waitFor(
                {timeout: 10000});
        } catch {
            faults.push(`search: ${word} does not find ${expected}`);
        }
    }
    await page.locator('#found a').first().click();
    if ((await page.title()) === '')
        faults.push('search: a result leads nowhere');
    await page.close();
    return faults;
}

/* ---- pictures by themselves ---- */

/* Runs in the picture. */
function frameFaults() {
    const faults = [];
    if (document.documentElement.tagName !== 'svg' || document.querySelector('parsererror'))
        return ['no picture'];
    const frame = document.documentElement.getBoundingClientRect();
    // A byte that is no letter is drawn as U+FFFD, which no frame is made for.
    const texts = [...document.querySelectorAll('text')]
        .filter((text) => !text.textContent.includes('\ufffd'));
    for (const text of texts) {
        const box = text.getBoundingClientRect();
        if (box.left < frame.left - 1 || box.right > frame.right + 1 ||
            box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
            faults.push(`"${text.textContent}" leaves the frame`);
    }
    return faults;
}

async function pictureFaults(browser, folders) {
    const page = await browser.newPage();
    const faults = [];
    let count = 0;
    listen(page, faults);
    for (const folder of folders)
        for (const name of fs.readdirSync(folder).filter((one) => one.endsWith('.svg'))) {
            count += 1;
            await page.goto(pathToFileURL(path.join(folder, name)).href);
            faults.push(...(await page.evaluate(frameFaults))
                .map((fault) => `${name}: ${fault}`));
        }
    await page.close();
    return [count, faults];
}

/* ---- all of it ---- */

const WORDS = [['momentum', 'BP_OPTIMIZER_MOMENTUM'], ['bp_trace_dr', 'bp_trace_draw'],
               ['chain rule', 'The chain rule']];

async function check(browser, axeSource, folder, pictures) {
    const names = pagesOf(folder);
    const read = names.filter((name) => /^(index|page_)/.test(name) || REFERENCE.test(name));
    const faults = linkFaults(folder);
    for (const view of VIEWS)
        faults.push(...await look(browser, view,
            read.map((name) => path.join(folder, name)), axeSource));
    faults.push(...await searchFaults(browser, folder, WORDS));
    const [count, wrong] = await pictureFaults(browser, pictures);
    faults.push(...wrong);
    console.log(faults.join('\n'));
    console.log(`${names.length} pages, ${read.length} of them looked at, ` +
        `${count} pictures by themselves, ${faults.length} faults`);
    return faults.length || read.length < 10 ? 1 : 0;
}

// What is put into a page, and a word of the complaint.
const SPOILS = [
    ['<a href="nowhere.html">a</a>', 'leads nowhere'],
    ['<a href="index.html#nowhere">a</a>', 'no anchor'],
    ['<img src="nowhere.svg" alt="a"/>', 'is not there'],
    ['<img src="lesson-chain.svg"/>', 'has no words'],
    ['<img src="lesson-chain.svg" alt="a" style="width: 20px"/>', 'is 20 by'],
    ['<img src="lesson-chain.svg" alt="a" style="width: 300px; margin-left: 200px"/>',
     'is clipped'],
    ['<script src="nowhere.js"></script>', 'not loaded'],
    ['<p style="width: 2000px">wide</p>', 'wide in a window'],
    ['<script>console.error("spoilt")</script>', 'console: spoilt'],
    ['<script>spoilt()</script>', 'script: spoilt'],
    ['<img src="http://127.0.0.1:9/a.png" alt="a"/>', 'from the network'],
    ['<p>\\(\\frac{1}\\)</p>', 'a formula'],
    ['<p style="color: #777; background: #888">dim</p>', 'color-contrast'],
    ['<button></button>', 'button-name'],
];
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 50">';
const SPOILT_PICTURES = [[`${SVG}<text x="340" y="20">leaves</text></svg>`, 'leaves the frame'],
                         [`${SVG}<text>`, 'no picture']];

async function selfTest(browser, axeSource, folder) {
    const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'site-'));
    const own = path.join(copy, 'html');
    fs.cpSync(folder, own, {recursive: true});
    const file = path.join(own, 'index.html');
    const whole = fs.readFileSync(file, 'utf8');
    let missed = 0;
    const judge = (what, good) => {
        missed += good ? 0 : 1;
        console.log(`${good ? 'found ' : 'MISSED'} ${what}`);
    };
    for (const [fault, word] of [['', null], ...SPOILS]) {
        fs.writeFileSync(file, whole.replace('<div class="textblock">', `$&${fault}`));
        const found = linkFaults(own).concat(await look(browser, VIEWS[1], [file], axeSource));
        judge(fault || 'nothing', word ? found.join().includes(word) : found.length === 0);
    }
    const words = await searchFaults(browser, own, [['momentum', 'bp_spoilt']]);
    judge('a search in vain', words.join().includes('does not find'));
    for (const [text, word] of SPOILT_PICTURES) {
        fs.mkdirSync(path.join(copy, 'pictures'), {recursive: true});
        fs.writeFileSync(path.join(copy, 'pictures', 'spoilt.svg'), text);
        const [, found] = await pictureFaults(browser, [path.join(copy, 'pictures')]);
        judge(text, found.join().includes(word));
    }
    fs.rmSync(copy, {recursive: true});
    return missed ? 1 : 0;
}

async function main() {
    const words = process.argv.slice(2);
    const proving = words[0] === '--self-test';
    const {chromium} = need('playwright-core');
    const axeSource = need('axe-core').source;
    if (!fs.existsSync(CHROMIUM)) {
        console.log(`${CHROMIUM} is not here; \`sh scripts/test.sh\` installs it`);
        return SKIPPED;
    }
    // As root, as in a container, Chromium has no sandbox; the pages are our own.
    const browser = await chromium.launch({executablePath: CHROMIUM, args: ['--no-sandbox']});
    try {
        return proving ? await selfTest(browser, axeSource, words[1])
            : await check(browser, axeSource, words[0], words.slice(1));
    } finally {
        await browser.close();
    }
}

main().then((status) => process.exit(status), (fault) => {
    console.log(fault);
    process.exit(1);
});
