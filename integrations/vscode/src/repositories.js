// @ts-check
// Which repository a file is in, whether that repository uses varve, and what varve says about its tables. A repository that does not
// use varve is only looked at: its .gitattributes is read, and no program runs.
"use strict";
const fs = require("fs");
const path = require("path");

const USES = /(?:filter|diff|merge)=varve/;

/**
 * @typedef {{index: string, worktree: string, rows: string}} State
 * @typedef {{keyColumns: string[], kind: string}} Table
 */

/** The folder that all work trees share. @param {string} gitDir */
function commonOf(gitDir) {
	try {
		return path.resolve(gitDir, fs.readFileSync(path.join(gitDir, "commondir"), "utf8").trim());
	} catch {
		return gitDir; // of the first work tree
	}
}

class Repository {
	/** @param {import("./program").Program} program @param {string} top @param {string} gitDir */
	constructor(program, top, gitDir) {
		this.program = program;
		this.top = top;
		this.gitDir = gitDir;
		/** @type {Map<string, Table>} */
		this.tables = new Map();
		/** @type {Map<string, State>} */
		this.states = new Map();
		/** @type {Set<string>} */
		this.inConflict = new Set();
		this.head = "";
		this.generation = 0;
	}

	/** Is varve named by its attributes? Read anew each time: a colleague's commit may bring them. */
	usesVarve() {
		return [path.join(this.top, ".gitattributes"), path.join(commonOf(this.gitDir), "info", "attributes")].some((name) => {
			try {
				return USES.test(fs.readFileSync(name, "utf8"));
			} catch {
				return false;
			}
		});
	}

	/** @param {string} file */
	relative(file) {
		return path.relative(this.top, file).split(path.sep).join("/");
	}

	/** @param {string} name */
	absolute(name) {
		return path.join(this.top, ...name.split("/"));
	}

	/** Reads the list of tables and their states. */
	async refresh() {
		const list = await this.program.json(this.top, ["info", "--json"]);
		const status = await this.program.json(this.top, ["status", "--json", "-uno"]);
		/** @type {Map<string, Table>} */
		const tables = new Map();
		for (const each of list) if (each.kind === "table" || each.kind === "text") tables.set(each.path, { keyColumns: each.keyColumns || [], kind: each.kind });
		this.states.clear();
		this.inConflict.clear();
		for (const each of status.entries) {
			const conflict = each.index === "U" || each.worktree === "U" || each.index + each.worktree === "AA" || each.index + each.worktree === "DD";
			if (each.kind === "table" && !tables.has(each.path)) tables.set(each.path, { keyColumns: [], kind: "table" });
			if (!tables.has(each.path)) continue;
			if (conflict) this.inConflict.add(each.path);
			this.states.set(each.path, { index: each.index, worktree: each.worktree, rows: conflict ? "in conflict" : sentence(each) });
		}
		this.tables = tables;
		this.head = status.head || "";
		this.generation++;
	}
}

/** "+1 −2 ~3 rows", staged and not. @param {any} entry */
function sentence(entry) {
	return [["staged", entry.staged], ["changed", entry.unstaged]].map(([name, part]) => {
		const c = part && part.changes;
		if (!part) return "";
		if (part.problem) return `${name}: cannot be added: ${part.problem}`;
		if (part.formOnly) return `${name}: formatting only`;
		if (!c) return "";
		if (c.many) return `${name}: many rows`;
		const columns = c.columnsAdded + c.columnsRemoved + c.columnsRenamed + c.columnsMoved + c.columnsRetyped;
		const rows = [[c.rowsAdded, "+"], [c.rowsRemoved, "−"], [c.rowsChanged, "~"]].filter(([n]) => n > 0).map(([n, sign]) => sign + n).join(" ");
		return `${name}: ${[rows && rows + " rows", columns && columns + " columns"].filter(Boolean).join(", ") || "no row"}`;
	}).filter(Boolean).join("; ");
}

class Repositories {
	/** @param {import("./program").Program} program */
	constructor(program) {
		this.program = program;
		/** @type {Map<string, Repository | null>} */
		this.byFolder = new Map();
		/** @type {Map<string, Repository>} */
		this.byTop = new Map();
	}

	/** The repository that holds a file or folder; undefined without one, or if it does not use varve.
	 * @param {string} file @returns {Repository | undefined} */
	of(file) {
		const found = this.around(path.dirname(file));
		return found && found.usesVarve() ? found : undefined;
	}

	/** @param {string} folder @returns {Repository | null} */
	around(folder) {
		const known = this.byFolder.get(folder);
		if (known && fs.existsSync(path.join(known.top, ".git"))) return known;
		const gitDir = folderOfGit(path.join(folder, ".git"));
		let found = null;
		if (gitDir) {
			found = this.byTop.get(folder) || new Repository(this.program, folder, gitDir);
			this.byTop.set(folder, found);
		} else if (path.dirname(folder) !== folder) {
			found = this.around(path.dirname(folder));
		}
		this.byFolder.set(folder, found);
		return found;
	}
}

/** The folder of Git: .git itself, or where the file .git of a work tree or submodule leads. @param {string} name */
function folderOfGit(name) {
	try {
		if (fs.statSync(name).isDirectory()) return fs.existsSync(path.join(name, "HEAD")) ? name : undefined;
		const text = /^gitdir: (.*)/.exec(fs.readFileSync(name, "utf8"));
		return text ? path.resolve(path.dirname(name), text[1].trim()) : undefined;
	} catch {
		return undefined;
	}
}

module.exports = { Repositories, Repository, sentence };
