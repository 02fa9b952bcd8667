// @ts-check
// The two pages: a panel for each table and pair of versions, a panel for the conflicts of each table.
"use strict";
const vscode = require("vscode");
const path = require("path");
const { page } = require("./page");
const { Changes } = require("./changes");
const { Conflicts } = require("./conflicts");
const { ProgramError } = require("./program");

const LONG = 10000;             // characters of the cell that is shown in full

/** @param {any} value @returns {string} */
function detail(value) {
	if (!value) return "";
	return value.old ? `${value.old.t}\n${value.same ? "~>" : "→"} ${value.new.t}` : value.t;
}

class Panels {
	/** @param {vscode.ExtensionContext} context @param {(e: unknown) => string} words */
	constructor(context, words) {
		this.context = context;
		this.words = words;
		/** @type {Map<string, {panel: vscode.WebviewPanel, again: () => void, top: string}>} */
		this.open = new Map();
	}

	/** Opens a page, or shows the one that is open. @param {string} name @param {string} title @param {string} script
	 * @param {import("./repositories").Repository} repository
	 * @param {{read: (token: vscode.CancellationToken) => Promise<void>, head: () => any, slice: (from: number, to: number, most?: number) => any[], detail: (row: any, column: number) => string, more?: (m: any) => Promise<void>}} what */
	show(name, title, script, repository, what) {
		const known = this.open.get(name);
		if (known) {
			known.panel.reveal();
			known.again();
			return known.panel;
		}
		const media = vscode.Uri.joinPath(this.context.extensionUri, "media");
		const panel = vscode.window.createWebviewPanel(`varve.${script}`, title, vscode.ViewColumn.Active, { enableScripts: true, localResourceRoots: [media], enableFindWidget: false });
		const address = (/** @type {string} */ file) => String(panel.webview.asWebviewUri(vscode.Uri.joinPath(media, file)));
		let reading = new vscode.CancellationTokenSource(), ready = false, gone = false;
		const send = (/** @type {any} */ m) => void (gone || panel.webview.postMessage(m));
		const again = async () => {
			reading.cancel();
			reading = new vscode.CancellationTokenSource();
			const { token } = reading;
			try {
				await what.read(token);
				if (!token.isCancellationRequested && ready) send({ type: "head", ...what.head() });
			} catch (e) {
				if (!(e instanceof ProgramError && e.cancelled)) send({ type: "wrong", text: this.words(e) });
			}
		};
		panel.webview.onDidReceiveMessage(async (m) => {
			const whole = (/** @type {unknown} */ n) => Number.isSafeInteger(n) && /** @type {number} */ (n) >= 0;
			try {
				if (m.type === "ready") {
					ready = true;
					await again();
				} else if (m.type === "rows" && whole(m.from) && whole(m.to)) {
					send({ type: "rows", from: m.from, rows: what.slice(m.from, m.to) });
				} else if (m.type === "detail" && whole(m.at)) {
					const [row] = what.slice(m.at, m.at + 1, LONG);
					send({ type: "detail", text: row ? what.detail(row, m.column) : "" });
				} else if (what.more) {
					await what.more(m);
					send({ type: "head", ...what.head() });
				}
			} catch (e) {
				if (what.more && m.type === "resolve") send({ type: "head", ...what.head() });
				send({ type: "wrong", text: this.words(e) });
			}
		}, undefined, this.context.subscriptions);
		panel.onDidDispose(() => {
			gone = true;
			reading.cancel();
			this.open.delete(name);
		});
		this.open.set(name, { panel, again, top: repository.top });
		panel.webview.html = page({ style: address("style.css"), source: panel.webview.cspSource, grid: address("grid.js"), script: address(`${script}.js`), title: script });
		return panel;
	}

	/** @param {import("./repositories").Repository} repository @param {string} name @param {string[]} versions */
	changes(repository, name, versions) {
		const c = new Changes(repository, name, versions);
		const limit = () => vscode.workspace.getConfiguration("varve").get("rowLimit", 100000);
		return this.show(`changes ${repository.top} ${name} ${versions.join(" ")}`, `${path.basename(name)} (cells)`, "changes", repository, {
			read: (token) => c.read(limit(), token), head: () => ({ ...c.head(), widths: widths(c) }),
			slice: (from, to, most) => c.slice(from, to, most), detail: (row, column) => (column >= 0 ? detail(row.cells[column]) : ""),
		});
	}

	/** @param {import("./repositories").Repository} repository @param {string} name */
	conflicts(repository, name) {
		const c = new Conflicts(repository, name);
		return this.show(`conflicts ${repository.top} ${name}`, `${path.basename(name)} (conflicts)`, "conflicts", repository, {
			read: (token) => c.read(token), head: () => c.head(), slice: (from, to, most) => c.slice(from, to, most),
			detail: (row, column) => [row.detail, column >= 2 ? detail(row.sides[column - 2]) : ""].filter(Boolean).join("\n"),
			more: async (m) => {
				if (m.type !== "resolve" || !Number.isSafeInteger(m.at) || typeof m.choice !== "string") return;
				if (m.at < 0) {
					const all = `Take ${m.choice} for all conflicts of ${name}?`;
					if ((await vscode.window.showWarningMessage(all, { modal: true }, "Take")) !== "Take") return;
				}
				await c.resolve(m.generation, m.at, m.choice, m.value);
			},
		});
	}

	/** Reads the pages of a repository again. @param {string} top */
	refresh(top) {
		for (const each of this.open.values()) if (each.top === top && each.panel.visible) each.again();
	}
}

/** The width of each column in characters, by the first rows. @param {Changes} c */
function widths(c) {
	const all = c.columns.map((name) => Math.min(40, Math.max(8, name.length + 3)));
	for (const row of c.slice(0, 200, 60)) row.cells.forEach((v, i) => (all[i] = Math.min(48, Math.max(all[i], v ? detail(v).length + 4 : 0))));
	return all;
}

module.exports = { Panels };
