// @ts-check
// The program varve as a child: bounded in output, time and number, and ended with whoever asked.
"use strict";
const { spawn } = require("child_process");
const { StringDecoder } = require("string_decoder");

const MOST = 64 << 20;          // bytes of one answer
const MOST_ERRORS = 64 << 10;
const TIME = 120000;            // ms
const AT_ONCE = 2;

/** What went wrong, in varve's words. */
class ProgramError extends Error {
	/** @param {string} message @param {{missing?: boolean, cancelled?: boolean}} [how] */
	constructor(message, how = {}) {
		super(message);
		this.missing = how.missing === true;
		this.cancelled = how.cancelled === true;
	}
}

/** The lines of stderr as one sentence: without the program's name, the hint in brackets.
 * @param {string} text */
function sentence(text) {
	const lines = text.split("\n").map((l) => l.trim()).filter(Boolean);
	const said = lines.filter((l) => !l.startsWith("hint: ")).map((l) => l.replace(/^varve: /, ""));
	const hints = lines.filter((l) => l.startsWith("hint: ")).map((l) => l.slice(6));
	return said.slice(-3).join("; ") + (hints.length ? ` (${hints.join("; ")})` : "");
}

/**
 * @typedef {{path: () => string, log: (line: string) => void}} Setting
 * @typedef {{isCancellationRequested: boolean, onCancellationRequested: (f: () => void) => {dispose(): void}}} Token
 * @typedef {{token?: Token, exits?: number[], most?: number, time?: number, line?: (line: string) => void, writes?: boolean}} How
 */

class Program {
	/** @param {Setting} setting */
	constructor(setting) {
		this.setting = setting;
		this.running = 0;
		/** @type {(() => void)[]} */
		this.waiting = [];
	}

	/** Runs varve in a folder: its stdout, or nothing with how.line, which then gets each line.
	 * @param {string} folder @param {string[]} args @param {How} [how] @returns {Promise<string>} */
	async run(folder, args, how = {}) {
		while (this.running >= AT_ONCE) await new Promise((go) => this.waiting.push(() => go(undefined)));
		if (how.token && how.token.isCancellationRequested) {
			this.next();
			throw new ProgramError("cancelled", { cancelled: true });
		}
		this.running++;
		try {
			return await this.child(folder, args, how);
		} finally {
			this.running--;
			this.next();
		}
	}

	next() {
		const go = this.waiting.shift();
		if (go) go();
	}

	/** @param {string} folder @param {string[]} args @param {How} how @returns {Promise<string>} */
	child(folder, args, how) {
		const path = this.setting.path() || "varve";
		const begun = Date.now();
		return new Promise((done, failed) => {
			const env = { ...process.env, LC_ALL: "C.UTF-8" };
			if (!how.writes) env.GIT_OPTIONAL_LOCKS = "0"; // reading in the background must not disturb a git that writes
			const child = spawn(path, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
			const decoder = new StringDecoder("utf8");
			/** @type {string[]} */
			const parts = [];
			let bytes = 0, rest = "", errors = "";
			/** @type {ProgramError | null} */
			let ended = null;
			const end = (/** @type {string} */ why, /** @type {object} */ kind = {}) => {
				ended = ended || new ProgramError(why, kind);
				child.kill("SIGTERM");
				setTimeout(() => child.kill("SIGKILL"), 5000).unref();
				// A grandchild that still writes must not keep the promise open.
				child.stdout.destroy();
				child.stderr.destroy();
			};
			const clock = setTimeout(() => end(`varve ${args[0]} took longer than ${(how.time || TIME) / 1000} s and was ended; run it in a terminal`), how.time || TIME);
			const stop = how.token && how.token.onCancellationRequested(() => end("cancelled", { cancelled: true }));
			child.stdout.on("data", (/** @type {Buffer} */ chunk) => {
				bytes += chunk.length;
				if (ended) return;
				if (bytes > (how.most || MOST)) {
					end(`the output of varve ${args[0]} is larger than ${(how.most || MOST) >> 20} MiB; run it in a terminal`);
					return;
				}
				const text = decoder.write(chunk);
				if (!how.line) {
					parts.push(text);
					return;
				}
				const lines = (rest + text).split("\n");
				rest = /** @type {string} */ (lines.pop());
				try {
					for (const line of lines) how.line(line);
				} catch (e) {
					end(`the output of varve ${args[0]} is not understood: ${e instanceof Error ? e.message : e}`);
				}
			});
			child.stderr.on("data", (/** @type {Buffer} */ chunk) => {
				if (errors.length < MOST_ERRORS) errors += chunk.toString("utf8");
			});
			child.on("error", (/** @type {NodeJS.ErrnoException} */ e) => {
				clearTimeout(clock);
				if (stop) stop.dispose();
				const missing = e.code === "ENOENT" || e.code === "EACCES";
				failed(new ProgramError(missing ? `the program '${path}' was not found or cannot be run: install varve, or set varve.path` : e.message, { missing }));
			});
			child.on("close", (code, signal) => {
				clearTimeout(clock);
				if (stop) stop.dispose();
				this.setting.log(`${Date.now() - begun} ms, exit ${code === null ? signal : code}: varve ${args.join(" ")}`);
				if (errors) this.setting.log(errors.trimEnd());
				if (ended) failed(ended);
				else if (code === null || !(how.exits || [0]).includes(code)) failed(new ProgramError(sentence(errors) || `varve ${args[0]} ended with ${code === null ? signal : code}`));
				else done(parts.join(""));
			});
		});
	}

	/** @param {string} folder @param {string[]} args @param {How} [how] @returns {Promise<any>} */
	async json(folder, args, how = {}) {
		const text = await this.run(folder, args, how);
		try {
			return JSON.parse(text);
		} catch (e) {
			throw new ProgramError(`the output of varve ${args[0]} is not understood: is '${this.setting.path()}' varve 1.0 or newer?`);
		}
	}
}

module.exports = { Program, ProgramError, sentence };
