// @ts-check
// Where the rows and cells of a text are: which cell is at a line and column of the editor. Only for reading: what a row is in varve
// is decided by varve, which is asked with the key that is found here.
"use strict";

/** The delimiter of `form`, as `varve info` describes it; undefined if the file is not simple enough to be read here.
 * @param {string} form */
function delimiter(form) {
	const [first, ...more] = form.split(", ");
	const simple = (/** @type {string} */ w) => ["header", "CRLF", "BOM", "no final newline"].includes(w) || w.startsWith("quotes kept in ");
	if (!more.every(simple) || !more.includes("header")) return undefined;
	return /** @type {Record<string, string>} */ ({ "comma-separated": ",", "semicolon-separated": ";", "tab-separated": "\t", "pipe-separated": "|" })[first];
}

/** The cells of a record from `at` on: their values and places in the text, and where the next record begins.
 * @param {string} text @param {number} at @param {string} mark */
function record(text, at, mark) {
	/** @type {{value: string, from: number, to: number}[]} */
	const cells = [];
	for (;;) {
		const from = at;
		let value = "";
		if (text[at] === '"') {
			for (at++; at < text.length; at++) {
				if (text[at] !== '"') value += text[at];
				else if (text[at + 1] === '"') value += text[at++];
				else break;
			}
			at++;
		}
		const plainFrom = at;
		while (at < text.length && text[at] !== mark && text[at] !== "\n" && text[at] !== "\r") at++;
		value += text.slice(plainFrom, at);
		cells.push({ value, from, to: at });
		if (text[at] === mark) {
			at++;
			continue;
		}
		if (text[at] === "\r" && text[at + 1] === "\n") at++;
		return { cells, next: at + 1 };
	}
}

/** Where each record begins, in one pass. @param {string} text */
function starts(text) {
	const at = [0];
	let quoted = false;
	for (let i = text.charCodeAt(0) === 0xfeff ? 1 : 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (c === 34) quoted = !quoted;
		else if (c === 10 && !quoted) at.push(i + 1);
	}
	return at;
}

/** The record that holds the character at `offset`, by bisection. @param {number[]} at @param {number} offset */
function recordAt(at, offset) {
	let low = 0, high = at.length - 1;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (at[middle] <= offset) low = middle;
		else high = middle - 1;
	}
	return low;
}

/** A record of CSV with these values, as `--row` reads keys of several columns. @param {string[]} values */
function spell(values) {
	return values.map((v) => (/[",\n\r]/.test(v) || v === "" ? '"' + v.replace(/"/g, '""') + '"' : v)).join(",");
}

module.exports = { delimiter, record, starts, recordAt, spell };
