// @ts-check
/// <reference path="grid.js" />
// The page "Changes by cell".
"use strict";
{
	// @ts-ignore: given by VS Code
	const host = acquireVsCodeApi();
	const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
	const SIGNS = /** @type {Record<string, string>} */ ({ added: "+", removed: "−", changed: "~", moved: ">" });

	/** @param {HTMLElement} place @param {any} value */
	function show(place, value) {
		if (!value) return;
		if (value.old) {
			if (value.same) place.classList.add("same");
			place.append(element("del", value.old.k, value.old.t), value.same ? " ~> " : " → ", element("ins", value.new.k, value.new.t));
		} else {
			place.append(element("span", value.k, value.t));
		}
	}

	const grid = new Grid(part("grid"), {
		ask: (from, to) => host.postMessage({ type: "rows", from, to }),
		row: (line, row) => line.classList.add(row.change),
		fill: (cell, row, i) => {
			if (i === 0) {
				cell.classList.add("number");
				cell.textContent = `${row.number.toLocaleString("en")} ${SIGNS[row.change] || "?"}`;
			} else {
				show(cell, row.cells[i - 1]);
			}
		},
		moved: (row, at, column) => host.postMessage({ type: "detail", at, column: column - 1 }),
	});

	window.addEventListener("message", ({ data }) => {
		if (data.type === "head") {
			part("title").textContent = `${data.path}: ${data.old} → ${data.new}`;
			part("summary").textContent = data.summary;
			part("notes").replaceChildren(...data.notes.map((/** @type {string} */ n) => element("li", "", n)));
			part("detail").textContent = "";
			grid.set(data.rows ? ["row", ...data.columns] : [], [10, ...data.widths], data.rows);
		} else if (data.type === "rows") {
			grid.rows(data.from, data.rows);
		} else if (data.type === "detail") {
			part("detail").textContent = data.text;
		} else if (data.type === "wrong") {
			part("summary").replaceChildren(element("span", "wrong", data.text));
		}
	});
	host.postMessage({ type: "ready" });
}
