// @ts-check
// A table of which only the rows in the window are in the page. Data is written by textContent alone.
"use strict";

const HEIGHT = 22, PAGE = 200, PAGES = 20, TALLEST = 15000000;

/** @param {string} name @param {string} [className] @param {string} [text] */
function element(name, className, text) {
	const e = document.createElement(name);
	if (className) e.className = className;
	if (text !== undefined) e.textContent = text;
	return e;
}

class Grid {
	/** @param {HTMLElement} place @param {{ask: (from: number, to: number) => void, fill: (cell: HTMLElement, row: any, column: number) => void, row?: (element: HTMLElement, row: any) => void, moved?: (row: any, at: number, column: number) => void, key?: (event: KeyboardEvent, row: any, at: number, column: number) => boolean}} how */
	constructor(place, how) {
		this.place = place;
		this.how = how;
		/** @type {Map<number, any[] | null>} */
		this.pages = new Map();
		/** @type {string[]} */
		this.names = [];
		/** @type {number[]} */
		this.widths = [];
		this.count = 0;
		this.at = 0;
		this.column = 0;
		place.setAttribute("role", "grid");
		place.tabIndex = 0;
		place.addEventListener("scroll", () => requestAnimationFrame(() => this.draw()));
		place.addEventListener("keydown", (e) => this.pressed(e));
		place.addEventListener("mousedown", (e) => {
			const cell = e.target instanceof Element ? e.target.closest(".cell") : null;
			if (cell instanceof HTMLElement && cell.dataset.at !== undefined) this.go(Number(cell.dataset.at), Number(cell.dataset.column));
		});
		new ResizeObserver(() => this.draw()).observe(place);
	}

	/** New data. @param {string[]} names @param {number[]} widths in characters @param {number} count */
	set(names, widths, count) {
		this.names = names;
		this.widths = widths;
		this.count = count;
		this.pages.clear();
		this.at = Math.max(0, Math.min(this.at, count - 1));
		this.column = Math.max(0, Math.min(this.column, names.length - 1));
		this.place.textContent = "";
		this.place.setAttribute("aria-rowcount", String(count + 1));
		this.place.setAttribute("aria-colcount", String(names.length));
		if (names.length === 0) return;
		const head = element("div", "row names");
		head.style.position = "sticky";
		head.setAttribute("role", "row");
		names.forEach((name, i) => {
			const cell = element("div", "cell", name);
			cell.style.width = `${widths[i]}ch`;
			cell.title = name;
			cell.setAttribute("role", "columnheader");
			head.append(cell);
		});
		this.body = element("div", "body");
		// Browsers know no element of any height: beyond a bound a row of the scroll bar is several of the table.
		this.height = Math.min(count * HEIGHT, TALLEST);
		this.body.style.height = `${this.height}px`;
		this.place.append(head, this.body);
		this.draw();
	}

	/** Rows that were asked for. @param {number} from @param {any[]} rows */
	rows(from, rows) {
		this.pages.set(from / PAGE, rows);
		while (this.pages.size > PAGES) this.pages.delete(/** @type {number} */ (this.pages.keys().next().value));
		this.draw();
		if (Math.floor(this.at / PAGE) === from / PAGE) this.tell();
	}

	/** @param {number} n */
	row(n) {
		const page = this.pages.get(Math.floor(n / PAGE));
		return page ? page[n % PAGE] : undefined;
	}

	/** @param {number} n */
	need(n) {
		const page = Math.floor(n / PAGE);
		if (this.pages.has(page)) return;
		this.pages.set(page, null);
		this.how.ask(page * PAGE, Math.min(this.count, (page + 1) * PAGE));
	}

	first() {
		const seen = this.place.clientHeight, all = this.count * HEIGHT;
		const top = all <= TALLEST ? this.place.scrollTop : (this.place.scrollTop / Math.max(1, /** @type {number} */ (this.height) + HEIGHT - seen)) * Math.max(0, all + HEIGHT - seen);
		return Math.max(0, Math.min(this.count - 1, Math.floor(top / HEIGHT)));
	}

	draw() {
		if (!this.body || this.count === 0) return;
		const from = this.first(), to = Math.min(this.count, from + Math.ceil(this.place.clientHeight / HEIGHT) + 1);
		const top = this.count * HEIGHT <= TALLEST ? from * HEIGHT : Math.min(this.place.scrollTop, this.height - (to - from) * HEIGHT);
		const drawn = document.createDocumentFragment();
		for (let n = from; n < to; n++) {
			this.need(n);
			const row = this.row(n), line = element("div", "row");
			line.style.top = `${top + (n - from) * HEIGHT}px`;
			line.setAttribute("role", "row");
			line.setAttribute("aria-rowindex", String(n + 2));
			if (row && this.how.row) this.how.row(line, row);
			if (n === this.at) line.classList.add("chosen");
			this.names.forEach((_, i) => {
				const cell = element("div", "cell");
				cell.style.width = `${this.widths[i]}ch`;
				cell.dataset.at = String(n);
				cell.dataset.column = String(i);
				cell.id = `c${n}-${i}`;
				cell.setAttribute("role", "gridcell");
				if (row) this.how.fill(cell, row, i);
				if (n === this.at && i === this.column) cell.classList.add("active");
				line.append(cell);
			});
			drawn.append(line);
		}
		this.body.replaceChildren(drawn);
		this.place.setAttribute("aria-activedescendant", `c${this.at}-${this.column}`);
	}

	/** @param {number} at @param {number} column */
	go(at, column) {
		if (this.count === 0) return;
		this.at = Math.max(0, Math.min(at, this.count - 1));
		this.column = Math.max(0, Math.min(column, this.names.length - 1));
		const first = this.first(), seen = Math.max(1, Math.floor(this.place.clientHeight / HEIGHT) - 2);
		const wanted = this.at < first ? this.at : this.at >= first + seen ? this.at - seen + 1 : -1;
		if (wanted >= 0) this.place.scrollTop = this.count * HEIGHT <= TALLEST ? wanted * HEIGHT : (wanted / this.count) * /** @type {number} */ (this.height);
		const left = this.widths.slice(0, this.column).reduce((a, b) => a + b, 0), each = this.place.scrollWidth / Math.max(1, this.widths.reduce((a, b) => a + b, 0));
		if (left * each < this.place.scrollLeft) this.place.scrollLeft = left * each;
		else if ((left + this.widths[this.column]) * each > this.place.scrollLeft + this.place.clientWidth) this.place.scrollLeft = (left + this.widths[this.column]) * each - this.place.clientWidth;
		this.draw();
		this.tell();
	}

	tell() {
		const row = this.row(this.at);
		if (row && this.how.moved) this.how.moved(row, this.at, this.column);
	}

	/** @param {KeyboardEvent} e */
	pressed(e) {
		if (e.target !== this.place || e.altKey || e.metaKey) return;
		const row = this.row(this.at), page = Math.max(1, Math.floor(this.place.clientHeight / HEIGHT) - 2);
		if (row && this.how.key && this.how.key(e, row, this.at, this.column)) {
			e.preventDefault();
			return;
		}
		/** @type {Record<string, [number, number]>} */
		const moves = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [page, 0], PageUp: [-page, 0] };
		const move = moves[e.key];
		if (move) this.go(this.at + move[0], this.column + move[1]);
		else if (e.key === "Home") this.go(e.ctrlKey ? 0 : this.at, 0);
		else if (e.key === "End") this.go(e.ctrlKey ? this.count - 1 : this.at, this.names.length - 1);
		else return;
		e.preventDefault();
	}
}
