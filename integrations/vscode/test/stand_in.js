// A stand-in for the parts of VS Code's API that the extension uses, and repositories made by the program varve.
"use strict";
const Module = require("module");
const fs = require("fs");
const os = require("os");
const path = require("path");
const { execFileSync } = require("child_process");

class Emitter {
	constructor() {
		this.all = [];
		this.event = (f) => (this.all.push(f), { dispose: () => (this.all = this.all.filter((g) => g !== f)) });
	}
	fire(x) {
		return Promise.all(this.all.map((f) => f(x)));
	}
}

class Uri {
	constructor(scheme, fsPath, query = "") {
		Object.assign(this, { scheme, fsPath, query });
	}
	static file(name) {
		return new Uri("file", name);
	}
	static joinPath(uri, ...names) {
		return new Uri(uri.scheme, path.join(uri.fsPath, ...names));
	}
	toString() {
		return `${this.scheme}://${this.fsPath}`;
	}
}

class TextDiff {
	constructor(original, modified) {
		Object.assign(this, { original, modified });
	}
}

/** A text in an editor. */
class Text {
	constructor(name, text = fs.readFileSync(name, "utf8")) {
		Object.assign(this, { uri: Uri.file(name), text, version: 1, isDirty: false });
	}
	getText() {
		return this.text;
	}
	offsetAt({ line, character }) {
		return this.text.split("\n").slice(0, line).reduce((n, l) => n + l.length + 1, 0) + character;
	}
	positionAt(n) {
		const before = this.text.slice(0, n).split("\n");
		return { line: before.length - 1, character: before.at(-1).length };
	}
}

/** VS Code with these folders open, and the extension in it. */
function start(folders, settings = {}) {
	const commands = {}, contexts = {}, panels = [], said = [], output = [], closed = [], events = {};
	let hover, decorations;
	const on = (name) => (events[name] = new Emitter()).event;
	const diagnostics = new Map();
	const vscode = {
		Uri, TabInputTextDiff: TextDiff, EventEmitter: Emitter, ViewColumn: { Active: -1 }, DiagnosticSeverity: { Error: 0, Warning: 1 },
		ThemeIcon: class {}, RelativePattern: class {},
		Range: class {
			constructor(a, b, c, d) {
				Object.assign(this, typeof a === "object" ? { start: a, end: b } : { start: { line: a, character: b }, end: { line: c, character: d } });
			}
		},
		Diagnostic: class {
			constructor(range, message, severity) {
				Object.assign(this, { range, message, severity });
			}
		},
		Hover: class {
			constructor(contents, range) {
				Object.assign(this, { contents, range });
			}
		},
		MarkdownString: class {
			value = "";
			appendText(t) {
				this.value += t;
			}
		},
		FileDecoration: class {
			constructor(badge, tooltip) {
				Object.assign(this, { badge, tooltip });
			}
		},
		CancellationTokenSource: class {
			constructor() {
				const e = new Emitter();
				this.token = { isCancellationRequested: false, onCancellationRequested: e.event };
				this.cancel = () => ((this.token.isCancellationRequested = true), e.fire());
			}
		},
		workspace: {
			workspaceFolders: folders.map((f) => ({ uri: Uri.file(f) })), textDocuments: [],
			getConfiguration: () => ({ get: (k, d) => (k in settings ? settings[k] : d) }),
			createFileSystemWatcher: () => ({ onDidChange: on("watch"), onDidCreate: on("x"), onDidDelete: on("y"), dispose() {} }),
			onDidOpenTextDocument: on("opened"), onDidSaveTextDocument: on("saved"), onDidChangeConfiguration: on("configured"),
		},
		languages: {
			createDiagnosticCollection: () => ({ set: (uri, all) => diagnostics.set(uri.fsPath, all), dispose() {} }),
			registerHoverProvider: (_, p) => ((hover = p), { dispose() {} }),
		},
		commands: {
			registerCommand: (name, f) => ((commands[name] = f), { dispose() {} }),
			executeCommand: async (name, ...args) => (name === "setContext" ? (contexts[args[0]] = args[1]) : undefined),
		},
		window: {
			activeTextEditor: undefined,
			tabGroups: { activeTabGroup: { activeTab: undefined }, onDidChangeTabs: on("tabs"), close: async (t) => closed.push(t) },
			createOutputChannel: () => ({ appendLine: (l) => output.push(l), dispose() {} }),
			showErrorMessage: async (m) => void said.push(m), showWarningMessage: async (m, _, yes) => (said.push(m), yes), setStatusBarMessage: (m) => said.push(m),
			registerFileDecorationProvider: (p) => ((decorations = p), { dispose() {} }),
			createWebviewPanel: (type, title) => {
				const messages = [], heard = new Emitter();
				const panel = { type, title, messages, visible: true, reveal() {}, onDidDispose: new Emitter().event, webview: { cspSource: "vscode-resource:", html: "", asWebviewUri: (u) => u, postMessage: (m) => messages.push(JSON.parse(JSON.stringify(m))), onDidReceiveMessage: heard.event } };
				panel.ask = async (m) => {
					const from = messages.length;
					await heard.fire(m);
					return messages.slice(from);
				};
				panels.push(panel);
				return panel;
			},
		},
	};
	const load = Module._load;
	Module._load = (name, ...more) => (name === "vscode" ? vscode : load(name, ...more));
	for (const name of Object.keys(require.cache)) if (name.includes(`${path.sep}vscode${path.sep}src`)) delete require.cache[name];
	const context = { subscriptions: [], extensionUri: Uri.file(path.join(__dirname, "..")) };
	require("../src/extension.js").activate(context);
	Module._load = load;
	return { vscode, commands, contexts, panels, said, output, closed, events, diagnostics, settings, hover: (text, line, character) => hover.provideHover(text, { line, character }), tooltip: (name) => decorations.provideFileDecoration(Uri.file(name))?.tooltip };
}

const home = fs.mkdtempSync(path.join(os.tmpdir(), "varve-vscode-"));
process.on("exit", () => fs.rmSync(home, { recursive: true, force: true }));
for (const name of Object.keys(process.env)) if (/^(GIT_|VARVE_)/.test(name)) delete process.env[name];
Object.assign(process.env, { HOME: home, XDG_CONFIG_HOME: path.join(home, ".config"), GIT_CONFIG_NOSYSTEM: "1", GIT_AUTHOR_DATE: "1700000000 +0000", GIT_COMMITTER_DATE: "1700000000 +0000" });
fs.writeFileSync(path.join(home, ".gitconfig"), "[init]\n\tdefaultBranch = main\n[user]\n\tname = Ada\n\temail = ada@example.com\n");

/** A folder with these files; with `varve`, a repository in which tables are committed. */
class Folder {
	constructor(name) {
		this.top = path.join(home, name);
		fs.mkdirSync(this.top, { recursive: true });
	}
	write(name, text) {
		fs.writeFileSync(path.join(this.top, name), text);
		return path.join(this.top, name);
	}
	read(name) {
		return fs.readFileSync(path.join(this.top, name), "utf8");
	}
	run(program, ...args) {
		return execFileSync(program, args, { cwd: this.top, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
	}
	varve(...args) {
		return this.run("varve", ...args);
	}
	path(name) {
		return path.join(this.top, name);
	}
}

const until = async (holds, what) => {
	for (let i = 0; i < 400; i++) {
		const found = await holds();
		if (found) return found;
		await new Promise((go) => setTimeout(go, 50));
	}
	throw new Error(`did not happen in 20 s: ${what}`);
};

module.exports = { start, Folder, Text, Uri, TextDiff, until };
