// @ts-check
// Who set the cell below the mouse: the row's key is read from the editor's text, and varve says which commit set the row's cells.
"use strict";
const { delimiter, record, starts, recordAt, spell } = require("./rows");
const { plain } = require("./text");

const LONGEST = 20 << 20;       // characters of a text in which rows are looked for
const REMEMBERED = 200;
const CHANGED = 10000;          // uncommitted rows that are looked at

/** @typedef {{uri: {fsPath: string}, version: number, isDirty: boolean, getText(): string, offsetAt(p: any): number, positionAt(n: number): any}} Text */

class Blame {
	constructor() {
		/** @type {Map<string, Promise<any>>} */
		this.answers = new Map();
		/** @type {{text: Text, version: number, at: number[], all: string} | null} */
		this.last = null;
	}

	/** One promise for one question, for as long as HEAD and the file stay. @param {string} name @param {() => Promise<any>} ask */
	once(name, ask) {
		const known = this.answers.get(name);
		if (known) return known;
		if (this.answers.size >= REMEMBERED) this.answers.delete(/** @type {string} */ (this.answers.keys().next().value));
		const answer = ask();
		this.answers.set(name, answer);
		answer.catch(() => this.answers.delete(name));
		return answer;
	}

	/** The key, column and range of the cell at a place of the text; undefined where it cannot be said for certain.
	 * @param {Text} text @param {any} position @param {any} info @param {string[]} key */
	place(text, position, info, key) {
		if (!this.last || this.last.text !== text || this.last.version !== text.version) {
			const all = text.getText();
			if (all.length > LONGEST) return undefined;
			this.last = { text, version: text.version, all, at: info.form.startsWith("NDJSON") ? [] : starts(all) };
		}
		const { all, at } = this.last;
		const offset = text.offsetAt(position);
		if (info.form.startsWith("NDJSON")) return placeInLine(all, offset, key);
		const mark = delimiter(info.form);
		const n = recordAt(at, offset);
		if (mark === undefined || n === 0) return undefined;
		const names = record(all, all.charCodeAt(0) === 0xfeff ? 1 : 0, mark).cells.map((c) => c.value);
		const { cells } = record(all, at[n], mark);
		const i = cells.findIndex((c) => offset >= c.from && offset <= c.to);
		if (i < 0 || cells.length !== names.length || new Set(names).size !== names.length) return undefined;
		const values = key.map((name) => cells[names.indexOf(name)]);
		if (values.some((v) => v === undefined)) return undefined;
		return { key: values.map((v) => v.value), column: names[i], from: cells[i].from, to: cells[i].to };
	}

	/** @param {import("./repositories").Repository} repository @param {Text} text @param {any} position @param {import("./program").Token} [token] */
	async at(repository, text, position, token) {
		const path = repository.relative(text.uri.fsPath);
		const table = repository.tables.get(path);
		if (!table || !repository.head) return undefined;
		const stamp = `${repository.head} ${repository.generation}`;
		const { program } = repository;
		const info = await this.once(`info ${repository.top} ${path} ${stamp}`, () => program.json(repository.top, ["info", "--json", "--quick", `:${path}`]));
		const keyColumns = info.keyColumns || [];
		if (keyColumns.length === 0) return undefined;
		const place = this.place(text, position, info, keyColumns);
		if (!place || (token && token.isCancellationRequested)) return undefined;
		// A cell that is not committed is asked first: blame is about HEAD.
		const changed = await this.once(`diff ${repository.top} ${path} ${stamp}`, async () => {
			/** @type {Map<string, any>} */
			const rows = new Map();
			await program.run(repository.top, ["diff", "--format", "ndjson", "--limit", String(CHANGED), "--ignore-format", "HEAD", "--", path], {
				line: (line) => {
					const row = line.startsWith('{"type":"row"') ? JSON.parse(line) : null;
					if (row && row.key && row.newRow) rows.set(JSON.stringify(keyColumns.map((/** @type {string} */ k) => wordOf(row.key[k]))), row);
				},
			});
			return rows;
		});
		const row = changed.get(JSON.stringify(place.key));
		if (row && row.change === "added") return { ...place, said: "This row is not committed yet." };
		const cell = row && row.cells && Object.prototype.hasOwnProperty.call(row.cells, place.column) ? row.cells[place.column] : undefined;
		const word = spell(place.key);
		const found = await this.once(`blame ${repository.top} ${path} ${stamp} ${word}`, () => program.json(repository.top, ["blame", "--cells", "--json", "--row", word, "HEAD", "--", path], { time: 30000 }));
		const [one] = found.rows;
		const id = one && Object.prototype.hasOwnProperty.call(one.cells, place.column) ? one.cells[place.column] : undefined;
		if (!id || JSON.stringify(one.keyValues) !== JSON.stringify(place.key)) return cell ? { ...place, said: "This cell is not committed yet." } : undefined;
		const commit = found.byCommit[id];
		const who = `${plain(commit.authorName, 100)}, ${plain(commit.time, 40)}: ${plain(commit.subject, 200)} (${id.slice(0, 10)})`;
		if (cell) return { ...place, said: `This cell is not committed yet. At HEAD, it was set by ${who}` };
		return { ...place, said: `Set by ${who}` };
	}
}

/** A value of a key as text, as place and blame have it. @param {any} value */
function wordOf(value) {
	return value && typeof value === "object" && typeof value.literal === "string" ? value.literal : String(value);
}

/** NDJSON: the object of the line; the member whose name stands nearest before the mouse. @param {string} all @param {number} offset @param {string[]} key */
function placeInLine(all, offset, key) {
	const from = all.lastIndexOf("\n", offset - 1) + 1;
	const end = all.indexOf("\n", offset);
	const line = all.slice(from, end < 0 ? all.length : end);
	if (line.length > 1 << 20) return undefined;
	try {
		const row = JSON.parse(line);
		const values = key.map((k) => (Object.prototype.hasOwnProperty.call(row, k) ? row[k] : undefined));
		if (values.some((v) => v === undefined || v === null || typeof v === "object")) return undefined;
		let column, columnFrom = -1;
		for (const name of Object.keys(row)) {
			const at = line.indexOf(JSON.stringify(name) + ":");
			const spaced = at < 0 ? line.indexOf(JSON.stringify(name) + " :") : at;
			if (spaced >= 0 && spaced <= offset - from && spaced > columnFrom) [column, columnFrom] = [name, spaced];
		}
		if (column === undefined) return undefined;
		return { key: values.map(String), column, from: from + columnFrom, to: from + columnFrom + JSON.stringify(column).length };
	} catch {
		return undefined;
	}
}

module.exports = { Blame };
