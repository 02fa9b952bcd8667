// @ts-check
// The findings of `varve check` as problems of the editor: a line, a severity, a sentence.
"use strict";
const { cell, plain, count } = require("./text");

const MOST = 1000;

/** @typedef {{line: number, severity: "error" | "warning", code: string, message: string}} Problem */

/** The problems of each file of a report, by path. @param {any} report @returns {Map<string, Problem[]>} */
function problems(report) {
	/** @type {Map<string, Problem[]>} */
	const all = new Map();
	for (const set of report.datasets || []) {
		/** @type {Problem[]} */
		const found = (set.findings || []).filter((/** @type {any} */ f) => !f.accepted).slice(0, MOST).map((/** @type {any} */ f) => ({
			line: Math.max(0, (f.line || 1) - 1), severity: f.severity === "warning" ? "warning" : "error", code: f.rule, message: message(f),
		}));
		if (set.unchecked) found.push({ line: 0, severity: "warning", code: "unchecked", message: `not checked: ${plain(String(set.unchecked))}` });
		const listed = found.length, total = (set.errors || 0) + (set.warnings || 0);
		if (total > listed) found.push({ line: 0, severity: set.errors ? "error" : "warning", code: "part", message: `${count(total - listed, "more finding")}: 'varve check ${plain(set.path)}' shows them` });
		all.set(set.path, found);
	}
	return all;
}

/** @param {any} f */
function message(f) {
	const where = [f.column !== undefined && `column ${plain(f.column, 100)}`, f.key !== undefined && `key ${plain(typeof f.key === "string" ? f.key : JSON.stringify(f.key), 100)}`].filter(Boolean).join(", ");
	const value = f.value === undefined ? "" : `${cell(f.value, 100).t} `;
	const expected = f.expected ? ` (expected: ${plain(f.expected, 300)})` : "";
	return `${where ? where + ": " : ""}${value}${plain(f.message || f.rule, 300)}${expected}`;
}

module.exports = { problems };
