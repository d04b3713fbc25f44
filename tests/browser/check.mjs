// Opens HTML reports from file:// as a reader would, and holds each against what a report promises: it asks for nothing,
// says nothing on the console, fits the window, shows every alert of the JSON report of the same scan, and can be read.
// Run by .ci/browser, which installs what is needed and writes the logs.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const out = resolve("target/browser");
const require = createRequire(`${out}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** What is scanned; `alerts` is how many there are at least, 0 that there are none. */
const REPORTS = [
  { name: "examples", args: ["examples/sample_logs", "--year", "2026"], alerts: 20 },
  { name: "hostile", args: ["target/browser/logs/hostile.jsonl"], rules: true, alerts: 11 },
  { name: "crowd", args: ["target/browser/logs/crowd.jsonl"], rules: true, alerts: 2000 },
  { name: "empty", args: ["target/browser/logs/empty.log", "--allow-empty"], alerts: 0 },
  { name: "nothing", args: ["target/browser/logs/nothing.log"], alerts: 0 },
];

const VIEWS = [1280, 390].flatMap((width) =>
  ["light", "dark"].flatMap((scheme) => [true, false].map((scripts) => ({ width, scheme, scripts }))),
);

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

let passed = 0;
let failed = 0;

function check(what, problems) {
  if (problems.length === 0) {
    passed += 1;
    return;
  }
  failed += 1;
  console.error(`FAILED ${what}`);
  for (const problem of problems.slice(0, 5)) console.error(`  ${problem}`);
}

/** Scans once for both reports: the page, and the alerts that have to be on it. */
function scan({ name, args, rules, alerts }) {
  const page = `${out}/${name}.html`;
  const own = rules ? ["--no-builtin", "-r", "target/browser/logs/rules"] : [];
  const command = ["scan", ...args, ...own, "--no-config", "--format", "json", "--report", `html=${page}`];
  const run = spawnSync(process.env.LOGSENTRY, command, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (run.status === null || run.stdout === "") throw new Error(`${command.join(" ")}: ${run.stderr || run.error}`);
  const report = JSON.parse(run.stdout);
  const enough = alerts === 0 ? report.alerts.length === 0 : report.alerts.length >= alerts;
  check(`${name}: the scan finds what the checks are about`, enough ? [] : [`${report.alerts.length} alerts`]);
  return { url: pathToFileURL(page).href, report };
}

/** Opens the page in a fresh window and says what went wrong from its first byte on. */
async function open(browser, url, { width, scheme, scripts }) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    javaScriptEnabled: scripts,
    reducedMotion: "reduce",
  });
  // Pages of thousands of alerts take their time on a busy machine.
  context.setDefaultTimeout(180_000);
  const page = await context.newPage();
  const noise = [];
  page.on("console", (message) => noise.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => noise.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => noise.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
  page.on("request", (request) => request.url() === url || noise.push(`request: ${request.url()}`));
  await page.goto(url, { waitUntil: "load" });
  return { context, page, noise };
}

// `evaluate` runs in a world of the browser's own, also where the page's scripts are off.
const overflow = (page) =>
  page.evaluate(() => {
    const wide = document.documentElement.scrollWidth;
    if (wide <= window.innerWidth) return [];
    const guilty = [...document.querySelectorAll("body *")].find((e) => e.getBoundingClientRect().right > window.innerWidth + 1);
    return [`${wide} px wide in ${window.innerWidth}: ${guilty?.outerHTML.slice(0, 80)}`];
  });

/** Every alert of the JSON report stands on the page in an element of its own, with its rule and fingerprint. */
async function missing(page, report) {
  const shown = await page.evaluate(() => [...document.querySelectorAll("details.alert")].map((e) => e.textContent));
  const found = report.alerts.filter(
    (alert) => !shown.some((text) => [alert.fingerprint, alert.rule_id].every((part) => text.includes(part))),
  );
  const lacking = found.map((alert) => `not on the page: ${alert.rule_id} ${alert.fingerprint}`);
  return shown.length === report.alerts.length ? lacking : [...lacking, `${shown.length} of ${report.alerts.length} alerts`];
}

/** Nothing of a log became an element that could act. */
const ACTIVE = "script,img,a,iframe,object,embed,form,input,link,base,video,audio,[onload],[onerror]";
const SCRIPT = readFileSync("src/report/html.js", "utf8");
const markup = (page) => page.evaluate(([active, script]) => {
  // The page's own: one script, and what that made.
  const isOurs = (e) => (e.tagName === "SCRIPT" && e.textContent === script) || ["search", "order"].includes(e.id);
  return [...document.querySelectorAll(active)].filter((e) => !isOurs(e)).map((e) => e.outerHTML);
}, [ACTIVE, SCRIPT]);

/** The page's script hides and moves alerts, and loses none; where it may not run, nothing of it shows. */
async function tools(page, report, scripts) {
  const found = [];
  const shown = () => page.evaluate(() => [...document.querySelectorAll("details.alert:not([hidden])")].map((e) => e.textContent));
  const visible = await page.evaluate(() => document.getElementById("tools")?.hidden === false);
  if (visible !== (scripts && report.alerts.length > 1)) found.push(`tools are ${visible ? "" : "not "}shown`);
  if (!visible) return found;
  const before = await shown();
  const wanted = report.alerts[report.alerts.length - 1].fingerprint;
  await page.fill("#search", wanted);
  const one = await shown();
  if (one.length === 0 || !one.every((text) => text.includes(wanted))) found.push(`${one.length} alerts for ${wanted}`);
  await page.fill("#search", "no alert says this");
  if ((await shown()).length !== 0) found.push("something is shown that was not asked for");
  await page.fill("#search", "");
  for (const name of ["Newest first", "Oldest first", "Most events first", "Worst first"]) {
    await page.selectOption("#order", name);
    const now = await shown();
    if (now.length !== before.length || new Set(now).size !== new Set(before).size) found.push(`${name}: alerts are lost`);
    if (name === "Worst first" && now.join() !== before.join()) found.push("the first order does not come back");
  }
  const level = await page.evaluate(() => document.querySelector("#tools button").className);
  await page.click(`#tools button.${level}`);
  const others = report.alerts.filter((alert) => alert.level !== level).length;
  if ((await shown()).length !== others) found.push(`without ${level}: ${(await shown()).length} of ${others}`);
  await page.click(`#tools button.${level}`);
  if ((await shown()).length !== before.length) found.push(`${level} does not come back`);
  // A cell of the matrix shows as many alerts as it says.
  const cells = await page.$$(".matrix li");
  const counts = await page.$$eval(".matrix li .n", (all) => all.map((e) => Number(e.textContent.replaceAll(",", ""))));
  const fresh = report.alerts.every((alert) => alert.status === "new");
  for (const [at, cell] of fresh ? [...cells.entries()].slice(0, 12) : []) {
    await (await cell.$("button")).click();
    const now = (await shown()).length;
    if (now !== counts[at]) found.push(`${await cell.textContent()}: ${now} alerts`);
    await page.fill("#search", "");
  }
  return found;
}

/** The matrix has a column for every tactic, scrolls in its own box, and says what the alerts' rules say. */
async function matrix(page, report) {
  const ids = new Set(report.alerts.filter((a) => a.status === "new").flatMap((alert) => alert.techniques));
  const seen = await page.evaluate(() => {
    const box = document.querySelector(".matrix");
    if (!box) return null;
    const wide = box.getBoundingClientRect();
    return {
      columns: box.querySelectorAll("th").length,
      cells: [...document.querySelectorAll(".matrix li, .rest .code")].map((e) => e.dataset.technique ?? e.textContent),
      inside: wide.left >= 0 && wide.right <= window.innerWidth,
      narrow: [...box.querySelectorAll("li")].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent),
    };
  });
  if (!seen) return ids.size === 0 ? [] : ["there is none"];
  const lacking = [...ids].filter((id) => !seen.cells.includes(id)).map((id) => `${id} is not in it`);
  const more = seen.cells.filter((id) => !ids.has(id)).map((id) => `${id} was never seen`);
  const shape = [seen.columns === 14 || `${seen.columns} columns`, seen.inside || "it leaves the window"].filter((e) => e !== true);
  return [...lacking, ...more, ...shape, ...seen.narrow.map((text) => `${text} does not fit its cell`)];
}

/** What axe says of contrast, and of the structure that a screen reader needs. */
async function unreadable(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] } }));
  const said = (v, node) => `${v.id}: ${node.html.slice(0, 100)} ${node.any[0]?.message ?? v.help}`;
  return violations.flatMap((v) => v.nodes.map((node) => said(v, node)));
}

const openAll = (page) => page.evaluate(() => document.querySelectorAll("details").forEach((e) => { e.open = true; }));

async function look(browser, name, { url, report }, view) {
  const title = `${name} ${view.width} ${view.scheme} ${view.scripts ? "with" : "without"} scripts`;
  const { context, page, noise } = await open(browser, url, view);
  check(`${title}: every alert`, await missing(page, report));
  check(`${title}: no markup from logs`, await markup(page));
  check(`${title}: fits when closed`, await overflow(page));
  check(`${title}: matrix`, await matrix(page, report));
  check(`${title}: tools`, await tools(page, report, view.scripts));
  const fullPage = report.alerts.length < 100;
  const shot = (state) => page.screenshot({ path: `${out}/${name}-${view.width}-${view.scheme}${state}.png`, fullPage });
  if (view.scripts) await shot("");
  await openAll(page);
  check(`${title}: fits when open`, await overflow(page));
  if (view.scripts) {
    await shot("-open");
    // 2,000 open alerts take axe minutes and show it nothing that 60 do not.
    await page.evaluate(() => [...document.querySelectorAll("details.alert")].slice(60).forEach((e) => e.remove()));
    check(`${title}: axe`, await unreadable(page));
  }
  check(`${title}: quiet`, noise);
  await context.close();
}

/** On paper everything that is folded on the screen is there to read, in black on white. */
async function print(browser, name, { url, report }) {
  const { context, page, noise } = await open(browser, url, { width: 794, scheme: "dark", scripts: true });
  await page.emulateMedia({ media: "print" });
  check(`${name} print: fits`, await overflow(page));
  check(`${name} print: white`, await page.evaluate(() => {
    const colour = getComputedStyle(document.body).backgroundColor;
    return colour === "rgb(255, 255, 255)" ? [] : [colour];
  }));
  check(`${name} print: evidence is unfolded`, await page.evaluate(() =>
    [...document.querySelectorAll("details.alert .body")].filter((e) => e.getBoundingClientRect().height < 20)
      .map((e) => e.textContent.slice(0, 80))));
  if (report.alerts.length < 100) await page.pdf({ path: `${out}/${name}.pdf`, format: "A4" });
  await page.screenshot({ path: `${out}/${name}-print.png`, fullPage: report.alerts.length < 100 });
  check(`${name} print: quiet`, noise);
  await context.close();
}

/** A page with everything wrong: a check that does not complain of it could never fail. */
async function proveTheChecks(browser, { url, report }) {
  const text = readFileSync(fileURLToPath(url), "utf8")
    .replace(/<meta http-equiv[^>]*>/, "")
    .replace(report.alerts[0].fingerprint, "")
    .replace("</main>", `<script>console.log("loud")</script><img src="${pathToFileURL(out).href}/none.png">
      <p style="color:#ddd;background:#fff;white-space:nowrap">${"wide ".repeat(500)}</p></main>`);
  const bad = `${out}/bad.html`;
  writeFileSync(bad, text);
  const view = { width: 390, scheme: "light", scripts: true };
  const { context, page, noise } = await open(browser, pathToFileURL(bad).href, view);
  const complaints = {
    alerts: await missing(page, report),
    markup: await markup(page),
    overflow: await overflow(page),
    contrast: (await unreadable(page)).filter((problem) => problem.startsWith("color-contrast")),
    console: noise.filter((problem) => problem.startsWith("console: loud")),
    requests: noise.filter((problem) => problem.startsWith("request:")),
  };
  for (const [name, found] of Object.entries(complaints)) {
    check(`the check of ${name} sees a bad page`, found.length === 0 ? ["no complaint"] : []);
  }
  await context.close();
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: FLAGS });
try {
  for (const kind of REPORTS) {
    const scanned = scan(kind);
    for (const view of VIEWS) await look(browser, kind.name, scanned, view);
    await print(browser, kind.name, scanned);
    if (kind.name === "examples") await proveTheChecks(browser, scanned);
  }
} finally {
  await browser.close();
}
console.log(`browser: ${passed} passed, ${failed} failed; screenshots in target/browser`);
process.exitCode = failed === 0 ? 0 : 1;
