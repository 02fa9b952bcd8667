// @ts-check
// The conflicts of a table, by cell and row, and what decides each of them: the words for `varve resolve`.
"use strict";
const { cell, plain, count } = require("./text");

const SIDES = ["base", "ours", "theirs"];

class Conflicts {
	/** @param {import("./repositories").Repository} repository @param {string} path */
	constructor(repository, path) {
		this.repository = repository;
		this.path = path;
		/** @type {any} */
		this.found = null;
		this.generation = 0;
	}

	/** @param {import("./program").Token} [token] */
	async read(token) {
		const all = await this.repository.program.json(this.repository.top, ["conflicts", "--json", "--", this.path], { exits: [0, 1], token });
		this.found = all.conflicts.find((/** @type {any} */ c) => c.path === this.path) || null;
		this.generation++;
	}

	items() {
		return (this.found && this.found.items) || [];
	}

	head() {
		const f = this.found;
		const notes = [];
		if (f && f.error) notes.push(plain(f.error));
		if (f && f.kind !== "table") notes.push(`a conflict of a ${f.kind}, not of cells: resolve it in the editor of text, or take one side`);
		if (f && f.leftOut) notes.push(`${count(f.leftOut, "conflict")} more not shown: decide the table as a whole`);
		return {
			path: this.path, generation: this.generation, rows: this.items().length, open: f !== null, notes, part: f !== null && f.leftOut > 0,
			sides: SIDES.map((s) => (f ? plain(f.sides[s] || s, 100) : s)),
			summary: f ? `${count(this.items().length, "conflict")} left` : "No conflict is left. Conclude with 'varve merge --continue' or a commit.",
		};
	}

	/** @param {number} from @param {number} to @param {number} [most] */
	slice(from, to, most = 200) {
		return this.items().slice(Math.max(0, from), Math.min(to, from + 1000)).map((/** @type {any} */ x) => ({
			row: this.rowName(x, most), column: plain(x.column === undefined ? "" : x.column, most), kind: x.kind, detail: plain(x.detail || "", 500), choices: choices(x),
			sides: SIDES.map((s) => (x.values ? values(x.values, s, most) : x.kind === "cell" ? cell(x[s], most) : x[s] === undefined ? null : cell(x[s], most))),
		}));
	}

	/** @param {any} x @param {number} most */
	rowName(x, most) {
		if (x.keyValues) return x.keyValues.map((/** @type {any} */ v) => cell(v, most).t).join(", ");
		if (x.row !== undefined) return `row ${x.row + 1}`;
		return x.rowNumbers && x.rowNumbers.theirs !== undefined ? `row ${x.rowNumbers.theirs + 1} of theirs` : "";
	}

	/** The words that decide one conflict. @param {number} at @param {string} choice one of choices() or "set" @param {string} [value] @returns {string[]} */
	words(at, choice, value) {
		const x = this.items()[at];
		if (!x || (choice !== "set" && !choices(x).includes(choice))) throw new Error("there is no such conflict any more");
		if (choice === "set" && (x.kind !== "cell" || typeof value !== "string")) throw new Error("only a cell can be set");
		const words = ["resolve", ...(choice === "set" ? ["--set", `${x.column}=${value}`] : ["--" + choice])];
		if (x.kind === "table") return [...words, "--", this.path];
		if (x.kind === "key") return [...words, "--key", "--", this.path];
		if (x.kind === "column" || x.kind === "column-removed") return [...words, "--column", x.column, "--", this.path];
		words.push("--row", this.rowWord(x));
		if (x.column !== undefined && choice !== "set") words.push("--column", x.column);
		return [...words, "--", this.path];
	}

	/** @param {any} x */
	rowWord(x) {
		if (x.keyValues) return JSON.stringify(x.keyValues);
		if (x.row !== undefined) return String(x.row + 1);
		if (x.rowNumbers && x.rowNumbers.ours !== undefined) return String(x.rowNumbers.ours + 1);
		if (x.rowNumbers && x.rowNumbers.theirs !== undefined) return `theirs:${x.rowNumbers.theirs + 1}`;
		throw new Error("this row cannot be named; decide the table as a whole");
	}

	/** Decides one conflict, or with at -1 all of the table, and reads those that are left.
	 * @param {number} generation of the page that asks @param {number} at @param {string} choice @param {string} [value] */
	async resolve(generation, at, choice, value) {
		if (generation !== this.generation) throw new Error("the conflicts changed meanwhile: look again");
		if (at < 0 && !SIDES.includes(choice)) throw new Error("no such side");
		const words = at < 0 ? ["resolve", "--" + choice, "--", this.path] : this.words(at, choice, value);
		try {
			await this.repository.program.run(this.repository.top, words, { writes: true });
		} finally {
			await this.read();
		}
	}
}

/** @param {any} x @returns {string[]} */
function choices(x) {
	if (x.kind === "key-twice" || x.kind === "row-replaced") return ["base", "ours", "theirs", "both"];
	if (x.kind === "row-twice") return ["base", "ours", "theirs", "once", "both"];
	return ["base", "ours", "theirs"];
}

/** A row of one side, in a line. @param {any} all @param {string} side @param {number} most */
function values(all, side, most) {
	if (!all[side]) return { t: "no row", k: "absent" };
	return { t: plain(Object.entries(all[side]).map(([name, v]) => `${name}: ${cell(v, 100).t}`).join(", "), most), k: "text" };
}

module.exports = { Conflicts, choices };
