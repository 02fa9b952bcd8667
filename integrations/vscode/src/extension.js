// @ts-check
// What VS Code calls: commands, hovers, problems, tooltips. All of it is quiet in repositories that do not use varve.
"use strict";
const vscode = require("vscode");
const fs = require("fs");
const { Program, ProgramError } = require("./program");
const { Repositories } = require("./repositories");
const { Panels } = require("./panels");
const { versions } = require("./changes");
const { problems } = require("./problems");
const { Blame } = require("./blame");

const PAUSE = 500;              // ms between the last change of a repository and a look at it

/** @param {vscode.ExtensionContext} context */
function activate(context) {
	const output = vscode.window.createOutputChannel("varve");
	const setting = () => vscode.workspace.getConfiguration("varve");
	const program = new Program({ path: () => setting().get("path", "varve"), log: (line) => output.appendLine(line) });
	const repositories = new Repositories(program);
	const blame = new Blame();
	const found = vscode.languages.createDiagnosticCollection("varve");
	const marked = new vscode.EventEmitter();
	/** @type {Set<import("./repositories").Repository>} */
	const active = new Set();
	/** @type {Map<string, {timer?: NodeJS.Timeout, watch: vscode.Disposable}>} */
	const watched = new Map();
	let named = false;

	/** An error in words; the missing program is named once, with what to do. @param {unknown} e */
	const words = (e) => {
		if (e instanceof ProgramError && e.missing && !named) {
			named = true;
			vscode.window.showErrorMessage(`varve: ${e.message}`, "Open Settings").then((pressed) => {
				named = false;
				if (pressed) vscode.commands.executeCommand("workbench.action.openSettings", "varve.path");
			});
		}
		return e instanceof Error ? e.message : String(e);
	};
	const panels = new Panels(context, words);

	const contexts = () => {
		/** @type {string[]} */
		const tables = [], inConflict = [];
		for (const r of active) {
			for (const name of r.tables.keys()) tables.push(r.absolute(name));
			for (const name of r.inConflict) inConflict.push(r.absolute(name));
		}
		vscode.commands.executeCommand("setContext", "varve.active", active.size > 0);
		vscode.commands.executeCommand("setContext", "varve.tables", tables);
		vscode.commands.executeCommand("setContext", "varve.inConflict", inConflict);
	};

	/** Looks at a repository. @param {import("./repositories").Repository | null} r */
	const look = async (r) => {
		if (!r) return;
		try {
			await r.refresh();
			active.add(r);
			contexts();
			marked.fire(undefined);
			panels.refresh(r.top);
		} catch (e) {
			output.appendLine(`${r.top}: ${words(e)}`);
		}
	};

	/** @param {import("./repositories").Repository} r */
	const later = (r) => {
		const w = watched.get(r.top);
		if (!w) return;
		clearTimeout(w.timer);
		w.timer = setTimeout(() => look(r), PAUSE);
	};

	/** The repository of a file, looked at when it is met for the first time. @param {vscode.Uri} uri */
	const of = async (uri) => {
		if (uri.scheme !== "file" && uri.scheme !== "git") return undefined;
		const r = repositories.of(uri.fsPath);
		if (!r) return undefined;
		if (!watched.has(r.top)) {
			const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(r.gitDir), "{index,HEAD,MERGE_HEAD,ORIG_HEAD}"));
			for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) event(() => later(r));
			watched.set(r.top, { watch: watcher });
			await look(r);
		}
		return r;
	};

	/** @param {vscode.TextDocument} text */
	const check = async (text) => {
		if (text.uri.scheme !== "file" || !setting().get("checkOnSave", true)) return;
		const r = await of(text.uri);
		const name = r && r.relative(text.uri.fsPath);
		if (!r || !name || !r.tables.has(name) || r.inConflict.has(name)) return;
		await report(r, [name]);
	};

	/** @param {import("./repositories").Repository} r @param {string[]} names */
	const report = async (r, names) => {
		try {
			const all = problems(await program.json(r.top, ["check", "--json", "--limit", "100", "--", ...names], { exits: [0, 1] }));
			for (const [name, each] of all) {
				found.set(vscode.Uri.file(r.absolute(name)), each.map((p) => {
					const d = new vscode.Diagnostic(new vscode.Range(p.line, 0, p.line, Number.MAX_SAFE_INTEGER), p.message, p.severity === "error" ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning);
					d.source = "varve";
					d.code = p.code;
					return d;
				}));
			}
			return all;
		} catch (e) {
			output.appendLine(`check ${names.join(" ")}: ${words(e)}`);
			throw e;
		}
	};

	/** What a command is about: a resource of the SCM view, a file of the explorer, or the editor in front.
	 * @param {any} given @returns {{uri: vscode.Uri | undefined, words: string[] | undefined}} */
	const about = (given) => {
		if (given && given.resourceUri) return { uri: given.resourceUri, words: given.resourceGroupType === 1 ? ["--cached"] : given.resourceGroupType === 2 ? [] : ["HEAD"] };
		const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
		if (tab && tab.input instanceof vscode.TabInputTextDiff && (!(given instanceof vscode.Uri) || given.fsPath === tab.input.modified.fsPath)) return sides(tab.input);
		if (given instanceof vscode.Uri) return { uri: given, words: ["HEAD"] };
		const editor = vscode.window.activeTextEditor;
		return { uri: editor && editor.document.uri, words: ["HEAD"] };
	};

	/** @param {vscode.TabInputTextDiff} input */
	const sides = (input) => {
		const revision = (/** @type {vscode.Uri} */ uri) => {
			if (uri.scheme === "file") return "work tree";
			try {
				const { ref } = JSON.parse(uri.query);
				return ref === "~" || ref === "" ? "" : String(ref);
			} catch {
				return "?";
			}
		};
		return { uri: input.modified, words: versions(revision(input.original), revision(input.modified)) };
	};

	/** @param {vscode.Uri | undefined} uri */
	const table = async (uri) => {
		const r = uri && (await of(uri));
		if (!uri || !r) throw new Error("open a table of a repository that uses varve ('varve init', 'varve add FILE')");
		const name = r.relative(uri.fsPath);
		if (!r.tables.has(name)) {
			await r.refresh();
			contexts();
		}
		if (!r.tables.has(name)) throw new Error(`'${name}' is not a table of varve: 'varve add ${name}' makes it one`);
		return { r, name };
	};

	/** @param {string} name @param {(given: any) => Promise<any>} run */
	const command = (name, run) => context.subscriptions.push(vscode.commands.registerCommand(name, async (given) => {
		try {
			return await run(given);
		} catch (e) {
			const text = words(e);
			if (!(e instanceof ProgramError && e.missing)) vscode.window.showErrorMessage(`varve: ${text}`);
		}
	}));

	command("varve.changes", async (given) => {
		const what = about(given);
		const { r, name } = await table(what.uri);
		if (!what.words) throw new Error("these two versions cannot be compared by cell");
		if (r.inConflict.has(name)) return panels.conflicts(r, name);
		return panels.changes(r, name, what.words);
	});
	command("varve.conflicts", async (given) => {
		const { r, name } = await table(about(given).uri);
		return panels.conflicts(r, name);
	});
	command("varve.check", async () => {
		const editor = vscode.window.activeTextEditor;
		const folders = (vscode.workspace.workspaceFolders || []).map((f) => vscode.Uri.joinPath(f.uri, ".gitattributes"));
		/** @type {Set<import("./repositories").Repository>} */
		const all = new Set();
		for (const uri of editor ? [editor.document.uri, ...folders] : folders) {
			const r = await of(uri);
			if (r) all.add(r);
		}
		let count = 0;
		for (const r of all) for (const each of (await report(r, [])).values()) count += each.length;
		vscode.window.setStatusBarMessage(count ? `varve: ${count} findings` : "varve: nothing was found", 5000);
		if (count) vscode.commands.executeCommand("workbench.actions.view.problems");
	});

	context.subscriptions.push(output, found, marked,
		{ dispose: () => watched.forEach((w) => (clearTimeout(w.timer), w.watch.dispose())) },
		vscode.workspace.onDidChangeConfiguration((e) => {
			if (e.affectsConfiguration("varve.path")) for (const top of watched.keys()) look(repositories.around(top));
		}),
		vscode.workspace.onDidOpenTextDocument((text) => void check(text).catch(() => undefined)),
		vscode.workspace.onDidSaveTextDocument(async (text) => {
			const r = await of(text.uri);
			if (!r) return;
			later(r);
			check(text).catch(() => undefined);
		}),
		vscode.languages.registerHoverProvider({ scheme: "file" }, {
			async provideHover(text, position, token) {
				if (!setting().get("blameInHover", true)) return undefined;
				const r = await of(text.uri);
				if (!r || !r.tables.has(r.relative(text.uri.fsPath))) return undefined;
				try {
					const cell = await blame.at(r, text, position, token);
					if (!cell) return undefined;
					const said = new vscode.MarkdownString();
					said.appendText(`${cell.column}: ${cell.said}`);
					return new vscode.Hover(said, new vscode.Range(text.positionAt(cell.from), text.positionAt(cell.to)));
				} catch (e) {
					if (!(e instanceof ProgramError && e.cancelled)) output.appendLine(`blame: ${words(e)}`);
					return undefined;
				}
			},
		}),
		vscode.window.registerFileDecorationProvider({
			onDidChangeFileDecorations: marked.event,
			provideFileDecoration(uri) {
				if (uri.scheme !== "file") return undefined;
				for (const r of active) {
					const state = uri.fsPath.startsWith(r.top) && r.states.get(r.relative(uri.fsPath));
					if (state && state.rows) return new vscode.FileDecoration(undefined, state.rows);
				}
				return undefined;
			},
		}),
		vscode.window.tabGroups.onDidChangeTabs(async ({ opened }) => {
			if (!setting().get("replaceTextDiff", false)) return;
			for (const tab of opened) {
				if (!(tab.input instanceof vscode.TabInputTextDiff)) continue;
				const what = sides(tab.input);
				const r = await of(tab.input.modified);
				const name = r && r.relative(tab.input.modified.fsPath);
				if (!r || !name || !what.words || !r.tables.has(name)) continue;
				if (r.inConflict.has(name)) panels.conflicts(r, name);
				else panels.changes(r, name, what.words);
				await vscode.window.tabGroups.close(tab);
			}
		}));

	for (const folder of vscode.workspace.workspaceFolders || []) {
		if (folder.uri.scheme === "file" && fs.existsSync(folder.uri.fsPath)) of(vscode.Uri.joinPath(folder.uri, ".gitattributes")).catch(() => undefined);
	}
	for (const text of vscode.workspace.textDocuments) check(text).catch(() => undefined);
	return { panels };
}

module.exports = { activate };
