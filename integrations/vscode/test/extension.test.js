// The extension with a stand-in for VS Code's API, against repositories of the program varve that the PATH has.
"use strict";
const { test } = require("node:test");
const assert = require("node:assert/strict");
const fs = require("fs");
const { start, Folder, Text, Uri, TextDiff, until } = require("./stand_in");

const ONE = 'id,item,price\n1,pear,9.99\n2,plum,3.50\n"3","two\nlines",0.80\n';

/** prices.csv in one commit, id its key. */
function shop(name) {
	const f = new Folder(name);
	f.varve("init", "-q");
	f.write("prices.csv", ONE);
	f.varve("add", "-q", "--key", "id", "prices.csv");
	f.varve("schema", "--type", "price=number", "prices.csv");
	f.varve("add", "-q", "datapackage.json");
	f.varve("commit", "-q", "-m", "January");
	return f;
}

/** Both branches changed the cell price of row 2, and a key that is no word. */
function merge(name) {
	const f = shop(name);
	f.run("git", "switch", "-q", "-c", "spring");
	f.write("prices.csv", ONE.replace("3.50", "3.00").replace("9.99", "8"));
	f.varve("commit", "-q", "-a", "-m", "Spring");
	f.run("git", "switch", "-q", "main");
	f.write("prices.csv", ONE.replace("3.50", "4.00").replace("9.99", "7"));
	f.varve("commit", "-q", "-a", "-m", "Main");
	assert.throws(() => f.varve("merge", "spring"));
	return f;
}

const ready = async (code) => until(() => code.contexts["varve.active"], "the repository is read");
/** The page's head and rows. */
async function seen(panel) {
	const [head] = await panel.ask({ type: "ready" });
	const [rows] = await panel.ask({ type: "rows", from: 0, to: 200 });
	return { head, rows: rows && rows.rows };
}

test("changes_show_each_cell_with_what_it_was", async () => {
	const f = shop("changes");
	const name = f.write("prices.csv", ONE.replace("3.50", "3.75").replace("1,pear", "1,<img src=x onerror=alert(1)>") + "4,fig\u202etxt,1\n");
	const code = start([f.top]);
	await ready(code);
	assert.deepEqual(code.contexts["varve.tables"], [name]);
	await code.commands["varve.changes"](Uri.file(name));
	const [panel] = code.panels;
	const { head, rows } = await seen(panel);
	assert.equal(head.summary, "1 row added, 0 removed, 2 changed (2 cells); 3 → 4 rows");
	assert.deepEqual(head.columns, ["id", "item", "price"]);
	assert.deepEqual(rows[0].cells, [{ t: "1", k: "text" }, { old: { t: "pear", k: "text" }, new: { t: "<img src=x onerror=alert(1)>", k: "text" }, same: false }, null]);
	assert.deepEqual(rows[1].cells[2], { old: { t: "3.50", k: "text" }, new: { t: "3.75", k: "text" }, same: false });
	assert.deepEqual(rows[2].cells[1], { t: "fig\\u202etxt", k: "text" });
	assert.ok(!panel.webview.html.includes("img") && panel.webview.html.includes("default-src 'none'"), "the page has no data, and loads nothing else");
	const [detail] = await panel.ask({ type: "detail", at: 1, column: 2 });
	assert.equal(detail.text, "3.50\n→ 3.75");
});

test("the_two_sides_of_a_text_diff_are_those_of_the_changes", async () => {
	const f = shop("sides");
	const name = f.write("prices.csv", ONE.replace("3.50", "3.75"));
	f.varve("add", "-q", "prices.csv");
	f.write("prices.csv", ONE.replace("3.50", "3.95"));
	const code = start([f.top]);
	await ready(code);
	const git = (ref) => new Uri("git", name, JSON.stringify({ path: name, ref }));
	const pairs = [[git("~"), Uri.file(name), "3.75", "3.95"], [git("HEAD"), git(""), "3.50", "3.75"], [git("HEAD"), Uri.file(name), "3.50", "3.95"]];
	for (const [older, newer, was, is] of pairs) {
		code.vscode.window.tabGroups.activeTabGroup.activeTab = { input: new TextDiff(older, newer) };
		await code.commands["varve.changes"]();
		const { rows } = await seen(code.panels.at(-1));
		assert.deepEqual([rows[0].cells[1].old.t, rows[0].cells[1].new.t], [was, is]);
	}
	code.vscode.window.tabGroups.activeTabGroup.activeTab = undefined;
	await code.commands["varve.changes"]({ resourceUri: Uri.file(name), resourceGroupType: 1 });
	assert.equal(code.panels.length, 3, "the page of these versions is open, and is shown");
	assert.deepEqual(code.said, []);

	code.settings.replaceTextDiff = true;
	const tab = { input: new TextDiff(git("HEAD^"), git("--output=x")) };
	await code.events.tabs.fire({ opened: [tab] });
	assert.deepEqual(code.closed, [], "what is no revision is not given to varve");
	tab.input = new TextDiff(git("HEAD"), Uri.file(name));
	await code.events.tabs.fire({ opened: [tab] });
	assert.deepEqual(code.closed, [tab]);
});

test("more_rows_than_the_limit_are_counted", async () => {
	const f = shop("limit");
	const name = f.write("prices.csv", ONE + Array.from({ length: 3000 }, (_, i) => `${i + 10},new,${i}\n`).join(""));
	const code = start([f.top], { rowLimit: 2500 });
	await ready(code);
	await code.commands["varve.changes"](Uri.file(name));
	const { head, rows } = await seen(code.panels[0]);
	assert.equal(head.rows, 2500);
	assert.equal(head.part, true);
	assert.deepEqual(head.notes, ["500 changed rows not shown (varve.rowLimit)"]);
	assert.equal(rows.length, 200);
	const [many] = await code.panels[0].ask({ type: "rows", from: 0, to: 1e9 });
	assert.equal(many.rows.length, 1000, "one answer has at most 1,000 rows");
});

test("a_cell_in_conflict_is_decided_by_side_and_by_value", async () => {
	const f = merge("conflict");
	const code = start([f.top]);
	await ready(code);
	assert.deepEqual(code.contexts["varve.inConflict"], [f.path("prices.csv")]);
	await code.commands["varve.changes"](Uri.file(f.path("prices.csv")));
	const [panel] = code.panels;
	assert.equal(panel.type, "varve.conflicts");
	let { head, rows } = await seen(panel);
	assert.deepEqual(head.sides, ["base", "main", "spring"]);
	assert.deepEqual(rows.map((r) => [r.row, r.column, ...r.sides.map((s) => s.t)]), [["1", "price", "9.99", "7", "8"], ["2", "price", "3.50", "4.00", "3.00"]]);
	assert.deepEqual(rows[0].choices, ["base", "ours", "theirs"]);

	let [next] = await panel.ask({ type: "resolve", generation: head.generation, at: 1, choice: "theirs" });
	assert.equal(next.rows, 1);
	assert.match(f.read("prices.csv"), /2,plum,3\.00/);
	// A page that did not see this decides nothing.
	const late = await panel.ask({ type: "resolve", generation: head.generation, at: 0, choice: "ours" });
	assert.equal(late.at(-1).text, "the conflicts changed meanwhile: look again");
	for (const wrong of [{ choice: "--abort" }, { choice: "both" }, { at: 7, choice: "ours" }, { choice: "set" }]) {
		const answer = await panel.ask({ type: "resolve", generation: late[0].generation, at: 0, ...wrong });
		assert.equal(answer.at(-1).type, "wrong");
	}
	assert.match(f.read("prices.csv"), /1,pear,7/);
	[next] = await panel.ask({ type: "resolve", generation: next.generation, at: 0, choice: "set", value: "7.5" });
	assert.equal(next.open, false);
	assert.match(f.read("prices.csv"), /1,pear,7\.5/);
	f.varve("merge", "--continue");
	assert.equal(f.varve("status", "-s"), "");
});

test("a_row_that_one_side_removed_is_decided_as_a_row", async () => {
	const f = shop("row");
	f.run("git", "switch", "-q", "-c", "spring");
	f.write("prices.csv", ONE.replace("2,plum,3.50\n", ""));
	f.varve("commit", "-q", "-a", "-m", "Spring");
	f.run("git", "switch", "-q", "main");
	f.write("prices.csv", ONE.replace("3.50", "4.00"));
	f.varve("commit", "-q", "-a", "-m", "Main");
	assert.throws(() => f.varve("merge", "spring"));
	const code = start([f.top]);
	await ready(code);
	await code.commands["varve.conflicts"](Uri.file(f.path("prices.csv")));
	const { head, rows } = await seen(code.panels[0]);
	assert.deepEqual([rows[0].row, rows[0].kind], ["2", "row-removed"]);
	const [next] = await code.panels[0].ask({ type: "resolve", generation: head.generation, at: 0, choice: "theirs" });
	assert.equal(next.open, false);
	assert.ok(!f.read("prices.csv").includes("plum"));
});

test("a_hover_names_the_commit_of_the_cell", async () => {
	const f = shop("hover");
	f.write("prices.csv", ONE.replace("0.80", "0.90"));
	process.env.GIT_AUTHOR_NAME = "Bob](http://x)";
	f.varve("commit", "-q", "-a", "-m", "Figs **cost** more");
	delete process.env.GIT_AUTHOR_NAME;
	const name = f.write("prices.csv", f.read("prices.csv").replace("3.50", "3.95") + "9,nut,1\n");
	const code = start([f.top]);
	await ready(code);
	const text = new Text(name);
	const at = async (line, character) => (await code.hover(text, line, character))?.contents.value;
	assert.match(await at(1, 3), /^item: Set by Ada, 2023-11-14: January \([0-9a-f]{10}\)$/);
	assert.match(await at(4, 8), /^price: Set by Bob\]\(http:\/\/x\), .*: Figs \*\*cost\*\* more/, "the cell below a cell of two lines");
	assert.match(await at(2, 8), /^price: This cell is not committed yet. At HEAD, it was set by Ada/);
	assert.equal(await at(5, 1), "id: This row is not committed yet.");
	assert.equal(await at(0, 1), undefined, "the header has no cells");
	code.settings.blameInHover = false;
	assert.equal(await at(1, 3), undefined);
});

test("a_hover_in_ndjson_is_that_of_the_member", async () => {
	const f = new Folder("ndjson");
	f.varve("init", "-q");
	const name = f.write("rows.ndjson", '{"id":1,"x":"a"}\n{"id":2,"x":"b"}\n');
	f.varve("add", "-q", "--key", "id", "rows.ndjson");
	f.varve("commit", "-q", "-m", "One");
	f.write("rows.ndjson", '{"id":1,"x":"a"}\n{"id":2,"x":"c"}\n');
	f.varve("commit", "-q", "-a", "-m", "Two");
	const code = start([f.top]);
	await ready(code);
	assert.match((await code.hover(new Text(name), 1, 14)).contents.value, /^x: Set by Ada, .*: Two/);
	assert.match((await code.hover(new Text(name), 1, 4)).contents.value, /^id: Set by Ada, .*: One/);
	f.write("rows.ndjson", '{"id":1,"x":"a"}\n{"id":2,"x":"d"}\n');
	const later = start([f.top]);
	await ready(later);
	assert.match((await later.hover(new Text(name), 1, 14)).contents.value, /^x: This cell is not committed yet/);
});

test("findings_are_problems_at_their_lines", async () => {
	const f = shop("check");
	const name = f.write("prices.csv", ONE + "4,fig,dear\n2,plum,1\n");
	const code = start([f.top]);
	await ready(code);
	await code.events.saved.fire(new Text(name));
	const all = await until(() => code.diagnostics.get(name), "problems");
	const said = all.map((d) => [d.range.start.line, d.severity, d.code, d.message]);
	assert.ok(said.some(([line, severity, code, message]) => line === 5 && severity === 0 && code === "type-error" && message.startsWith("column price: dear is not a number")), JSON.stringify(said));
	assert.ok(said.some(([, , code]) => code === "primary-key"), JSON.stringify(said));
	f.write("prices.csv", ONE);
	await code.commands["varve.check"]();
	assert.deepEqual(code.diagnostics.get(name), []);
});

test("tooltips_count_rows_and_follow_the_repository", async () => {
	const f = shop("tooltip");
	const name = f.write("prices.csv", ONE.replace("3.50", "3.75") + "4,fig,1\n");
	const code = start([f.top]);
	await ready(code);
	assert.equal(code.tooltip(name), "changed: +1 ~1 rows");
	f.varve("add", "-q", "prices.csv");
	await code.events.watch.fire();
	await until(() => code.tooltip(name) === "staged: +1 ~1 rows", "the index is read again");
	f.varve("commit", "-q", "-m", "February");
	await code.events.watch.fire();
	await until(() => code.tooltip(name) === undefined, "no change is left");
});

test("a_repository_without_varve_is_left_alone", async () => {
	const f = new Folder("plain");
	f.run("git", "init", "-q");
	const name = f.write("prices.csv", ONE);
	const mark = f.path("ran");
	const spy = f.write("spy", `#!/bin/sh\ntouch '${mark}'\n`);
	fs.chmodSync(spy, 0o755);
	const code = start([f.top], { path: spy });
	await code.events.opened.fire(new Text(name));
	await code.events.saved.fire(new Text(name));
	assert.equal(await code.hover(new Text(name), 1, 3), undefined);
	assert.equal(code.tooltip(name), undefined);
	assert.deepEqual(code.said, []);
	assert.equal(code.contexts["varve.active"], undefined);
	assert.ok(!fs.existsSync(mark) && fs.readdirSync(f.top).length === 3);
	await code.commands["varve.changes"](Uri.file(name));
	assert.match(code.said[0], /open a table of a repository that uses varve/);
	assert.ok(!fs.existsSync(mark));
});

test("a_missing_program_is_named_once_with_what_to_do", async () => {
	const f = shop("missing");
	const code = start([f.top], { path: "/nonexistent/varve" });
	await until(() => code.said.length > 0, "a message");
	await code.commands["varve.changes"](Uri.file(f.path("prices.csv")));
	assert.match(code.said[0], /the program '\/nonexistent\/varve' was not found or cannot be run: install varve, or set varve.path/);
	code.settings.path = "varve";
	await code.events.configured.fire({ affectsConfiguration: (name) => name === "varve.path" });
	await ready(code);
});

test("output_without_end_and_programs_without_end_are_ended", async () => {
	const { Program } = require("../src/program");
	const log = [];
	const sh = new Program({ path: () => "/bin/sh", log: (l) => log.push(l) });
	await assert.rejects(sh.run("/", ["-c", "yes"], { most: 1 << 20 }), /larger than 1 MiB/);
	await assert.rejects(sh.run("/", ["-c", "exec sleep 100"], { time: 200 }), /longer than 0.2 s/);
	await assert.rejects(sh.run("/", ["-c", "echo 'varve: no table' >&2; echo 'hint: add it' >&2; exit 2"]), { message: "no table (add it)" });
	await assert.rejects(sh.json("/", ["-c", "echo nonsense"]), /is not understood/);
	let most = 0, now = 0;
	await Promise.all(Array.from({ length: 8 }, () => sh.run("/", ["-c", "echo a; sleep 0.1"], { line: (l) => l && (most = Math.max(most, ++now)) }).then(() => now--)));
	assert.ok(most <= 2, `${most} at once`);
});
