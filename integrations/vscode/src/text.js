// @ts-check
// Values of varve's JSON as text that can be shown: one line, nothing hidden, not longer than a bound. Never HTML.
"use strict";

const MOST = 1000;
// Controls, marks of direction, line separators and tags: what a person does not see, or what reorders the rest.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** @type {Record<string, string>} */
const SIGNS = { "\n": "⏎", "\t": "⇥" };

/** @param {string} text @param {number} [most] */
function plain(text, most = MOST) {
	let short = text.length > most ? text.slice(0, most) : text;
	if (text.length > most && /[\ud800-\udbff]$/.test(short)) short = short.slice(0, -1);
	const seen = short.replace(HIDDEN, (c) => SIGNS[c] || "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
	return text.length > most ? `${seen}… (${text.length} characters)` : seen;
}

/** A cell: its text and what it is: text, empty, absent, null, bytes or other (a number, boolean, list or object of JSON).
 * @param {any} value @param {number} [most] @returns {{t: string, k: string}} */
function cell(value, most = MOST) {
	if (value === undefined || (value && value.absent === true)) return { t: "absent", k: "absent" };
	if (value === null) return { t: "null", k: "null" };
	if (value === "") return { t: '""', k: "empty" };
	if (typeof value === "string") return { t: plain(value, most), k: "text" };
	if (typeof value === "object" && typeof value.literal === "string") return { t: plain(value.literal, most), k: "other" };
	if (typeof value === "object" && typeof value.base64 === "string") return { t: plain("base64:" + value.base64, most), k: "bytes" };
	return { t: plain(JSON.stringify(value), most), k: "other" };
}

/** @param {number} n @param {string} one @param {string} [many] */
function count(n, one, many = one + "s") {
	return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

module.exports = { plain, cell, count };
