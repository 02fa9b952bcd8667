// @ts-check
/// <reference path="grid.js" />
// The page "Resolve conflicts by cell". Keys: b, o, t take a side; Enter takes the cell; e sets a value; 2 keeps both rows, 1 keeps one.
"use strict";
{
	// @ts-ignore: given by VS Code
	const host = acquireVsCodeApi();
	const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
	const SIDES = ["base", "ours", "theirs"];
	const KEYS = /** @type {Record<string, string>} */ ({ b: "base", o: "ours", t: "theirs", 1: "once", 2: "both" });
	let generation = -1, waiting = false;

	/** @param {number} at @param {string} choice @param {string} [value] */
	function decide(at, choice, value) {
		if (waiting) return;
		waiting = true;
		host.postMessage({ type: "resolve", generation, at, choice, value });
	}

	/** @param {string} label @param {string} title @param {() => void} pressed */
	function button(label, title, pressed) {
		const b = element("button", "", label);
		b.title = title;
		b.addEventListener("click", pressed);
		return b;
	}

	const grid = new Grid(part("grid"), {
		ask: (from, to) => host.postMessage({ type: "rows", from, to }),
		fill: (cell, row, i) => {
			if (i === 0) cell.textContent = row.row;
			else if (i === 1) cell.textContent = row.column || row.kind;
			else if (row.sides[i - 2]) cell.append(element("span", row.sides[i - 2].k, row.sides[i - 2].t));
		},
		moved: (row, at, column) => {
			const tools = row.choices.map((/** @type {string} */ c) => button(`Take ${c}`, `key ${Object.keys(KEYS).find((k) => KEYS[k] === c)}`, () => decide(at, c)));
			if (row.kind === "cell") {
				const input = /** @type {HTMLInputElement} */ (element("input"));
				input.placeholder = "another value";
				input.setAttribute("aria-label", "another value");
				input.addEventListener("keydown", (e) => {
					if (e.key === "Enter") decide(at, "set", input.value);
					if (e.key === "Escape") part("grid").focus();
				});
				tools.push(input, button(" Set", "key e", () => decide(at, "set", input.value)));
			}
			part("tools").replaceChildren(...tools, button("All ours", "of this table", () => decide(-1, "ours")), button("All theirs", "of this table", () => decide(-1, "theirs")));
			host.postMessage({ type: "detail", at, column });
		},
		key: (e, row, at, column) => {
			if (e.ctrlKey) return false;
			if (KEYS[e.key] && row.choices.includes(KEYS[e.key])) decide(at, KEYS[e.key]);
			else if (e.key === "Enter" && column >= 2) decide(at, SIDES[column - 2]);
			else if (e.key === "e" && row.kind === "cell") part("tools").querySelector("input")?.focus();
			else return false;
			return true;
		},
	});

	window.addEventListener("message", ({ data }) => {
		if (data.type === "head") {
			generation = data.generation;
			const waited = waiting;
			waiting = false;
			part("title").textContent = `Conflicts in ${data.path}`;
			part("summary").textContent = data.summary;
			part("notes").replaceChildren(...data.notes.map((/** @type {string} */ n) => element("li", "", n)));
			part("detail").textContent = "";
			const typing = !waited && part("tools").contains(document.activeElement);
			part("tools").replaceChildren(...(data.open && !data.rows ? SIDES.map((s) => button(`Take ${s}`, "the whole file", () => decide(-1, s))) : []));
			grid.set(data.rows ? ["row", "column", ...data.sides] : [], [24, 20, 30, 30, 30], data.rows);
			if (!typing) part("grid").focus();
		} else if (data.type === "rows") {
			grid.rows(data.from, data.rows);
		} else if (data.type === "detail") {
			part("detail").textContent = data.text;
		} else if (data.type === "wrong") {
			waiting = false;
			part("summary").replaceChildren(element("span", "wrong", data.text));
		}
	});
	host.postMessage({ type: "ready" });
}
