// @ts-check
// The changes of a table by cell, read line by line from `varve diff --format ndjson`, and given to the page by slices.
"use strict";
const { cell, plain, count } = require("./text");

const BYTES = 64 << 20;         // of the rows that are kept
const COLUMNS = 500;

class Changes {
	/** @param {import("./repositories").Repository} repository @param {string} path @param {string[]} versions what stands before "--" */
	constructor(repository, path, versions) {
		this.repository = repository;
		this.path = path;
		this.versions = versions;
		/** @type {any} */
		this.table = null;
		/** @type {any[]} */
		this.rows = [];
		/** @type {string[]} */
		this.columns = [];
		/** @type {any} */
		this.summary = null;
		this.cut = false;
		this.columnsLeft = 0;
	}

	/** @param {number} limit @param {import("./program").Token} [token] */
	async read(limit, token) {
		/** @type {any} */
		let table = null, summary = null;
		/** @type {any[]} */
		const rows = [];
		let bytes = 0, others = 0;
		await this.repository.program.run(this.repository.top, ["diff", "--format", "ndjson", "--limit", String(limit), ...this.versions, "--", this.path], {
			token, most: Number.MAX_SAFE_INTEGER,
			line: (line) => {
				if (!line) return;
				bytes += line.length;
				const each = bytes <= BYTES || !line.startsWith('{"type":"row"') ? JSON.parse(line) : { type: "beyond" };
				if (each.type === "table" && table) others++;
				else if (each.type === "table") table = each;
				else if (others) return;
				else if (each.type === "row") rows.push(each);
				else if (each.type === "summary") summary = each;
			},
		});
		this.table = table;
		this.rows = rows;
		this.summary = summary;
		this.cut = bytes > BYTES;
		await this.order(token);
	}

	/** The columns of the page: the key, then in the file's order those in which something changed; all where whole rows are shown.
	 * @param {import("./program").Token} [token] */
	async order(token) {
		const seen = new Set(this.table ? this.table.keyColumns : []);
		const keys = seen.size;
		for (const row of this.rows) for (const name in row.cells) seen.add(name);
		for (const c of (this.table && this.table.columns) || []) if (c.change !== "dropped") seen.add(c.name);
		/** @type {string[]} */
		let inFile = [];
		try {
			if (this.table) inFile = (await this.repository.program.json(this.repository.top, ["info", "--json", "--quick", this.name()], { token })).columns.map((/** @type {any} */ c) => c.name);
		} catch {
			inFile = []; // the order of the changes does, too
		}
		const place = new Map(inFile.map((name, i) => [name, i]));
		const [key, rest] = [[...seen].slice(0, keys), [...seen].slice(keys)];
		rest.sort((a, b) => (place.has(a) ? /** @type {number} */ (place.get(a)) : 1e9) - (place.has(b) ? /** @type {number} */ (place.get(b)) : 1e9));
		this.columns = [...key, ...rest].slice(0, COLUMNS);
		this.columnsLeft = seen.size - this.columns.length;
	}

	/** The newer side's version, as info takes it. */
	name() {
		const side = this.table.new || this.table.old;
		if (side.startsWith("work tree:")) return this.path;
		return side.startsWith("index:") ? ":" + side.slice(6) : side;
	}

	/** What stands above the rows. */
	head() {
		const s = this.summary || {}, t = this.table;
		const notes = [];
		if (t) {
			if (t.change !== "changed") notes.push(`the whole table was ${t.change}`);
			if (t.oldPath) notes.push(`was ${plain(t.oldPath)}`);
			for (const c of t.columns || []) notes.push(`column ${c.change}: ${plain(c.text || c.name)}`);
			if (t.form) notes.push(`form: ${plain(t.form)}`);
			if (t.conflict) notes.push("in conflict");
			if (s.reordered) notes.push("the order of the rows changed");
			if (s.repeatedKeys) notes.push(`${count(s.repeatedKeys, "key")} repeated`);
		}
		const left = this.cut ? "the changed rows are larger than 64 MiB: only a part is shown" : s.leftOut ? `${count(s.leftOut, "changed row")} not shown (varve.rowLimit)` : "";
		if (left) notes.push(left);
		if (this.columnsLeft > 0) notes.push(`${count(this.columnsLeft, "column")} not shown`);
		return {
			path: this.path, old: t ? plain(t.old || "nothing") : "", new: t ? plain(t.new || "nothing") : "", columns: this.columns.map((c) => plain(c, 200)), keys: t ? t.keyColumns.length : 0,
			rows: this.rows.length, notes, part: left !== "",
			summary: t ? `${count(s.rowsAdded || 0, "row")} added, ${s.rowsRemoved || 0} removed, ${s.rowsChanged || 0} changed (${count(s.cellsChanged || 0, "cell")}); ${(s.oldRows || 0).toLocaleString("en")} → ${(s.newRows || 0).toLocaleString("en")} rows` : "No changes.",
		};
	}

	/** Rows of the page. @param {number} from @param {number} to @param {number} [most] characters of a cell */
	slice(from, to, most = 200) {
		return this.rows.slice(Math.max(0, from), Math.min(to, from + 1000)).map((row) => ({
			change: row.change, number: row.newRow || row.oldRow || 0,
			cells: this.columns.map((name) => {
				const now = row.cells && Object.prototype.hasOwnProperty.call(row.cells, name) ? row.cells[name] : undefined;
				if (row.change === "changed" && now !== undefined && now !== null) return { old: cell(now.old, most), new: cell(now.new, most), same: now.sameValue === true };
				if (now !== undefined) return cell(now, most);
				const key = row.key && Object.prototype.hasOwnProperty.call(row.key, name) ? cell(row.key[name], most) : null;
				return key;
			}),
		}));
	}
}

/** The words for varve diff between two sides of a text diff: "" is the index, "work tree" the file, others revisions.
 * @param {string} older @param {string} newer @returns {string[] | undefined} */
function versions(older, newer) {
	const revision = (/** @type {string} */ r) => /^[0-9A-Za-z][^\s:]*$/.test(r);
	if (older === "" && newer === "work tree") return [];
	if (newer === "" && revision(older)) return older === "HEAD" ? ["--cached"] : ["--cached", older];
	if (newer === "work tree" && revision(older)) return [older];
	return revision(older) && revision(newer) ? [older, newer] : undefined;
}

module.exports = { Changes, versions };
