/* The pages are complete without this: it adds keys, a panel beside the rows, and a scroll bar for
 * tables of any length. Everything that it shows comes from the pages themselves. */
(function () {
	'use strict';

	function all(selector, from) {
		return Array.from((from || document).querySelectorAll(selector));
	}

	function make(name, kind, parent) {
		var e = document.createElement(name);
		e.className = kind;
		if (parent) {
			parent.append(e);
		}
		return e;
	}

	function fetchPage(address) {
		return fetch(address, { credentials: 'same-origin' }).then(function (answer) {
			if (!answer.ok) {
				throw new Error(String(answer.status));
			}
			return answer.text();
		}).then(function (text) {
			return new DOMParser().parseFromString(text, 'text/html');
		});
	}

	/* ---- keys */

	function visit(row) {
		row.tabIndex = row.matches('summary') ? 0 : -1;
		row.focus({ preventScroll: true });
		row.scrollIntoView({ block: 'nearest' });
	}

	/* The changes of a comparison, the rows of a dataset, or the commits of a list. */
	function stops() {
		return all('.diff tbody > tr, .data:not(.diff) tbody > tr, .log > li:not(.fold), .fold summary, article.event').filter(function (row) {
			return !row.closest('details:not([open]) > .log');
		});
	}

	function move(by) {
		var rows = stops();
		var active = document.activeElement;
		var at = rows.findIndex(function (row) { return row === active || row.contains(active); });
		var next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by];
		if (next) {
			visit(next);
		} else {
			follow(by > 0 ? 'next' : 'prev');
		}
	}

	function follow(rel) {
		var link = document.querySelector('a[rel=' + rel + ']');
		if (link) {
			link.focus();
		}
	}

	function go(selector) {
		var link = document.querySelector(selector);
		if (link) {
			link.click();
		}
	}

	document.addEventListener('keydown', function (event) {
		var at = event.target;
		var typing = at.isContentEditable || (/^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName) && at.type !== 'radio');
		if (event.key === 'Escape') {
			all('.menu[open]').forEach(function (menu) { menu.open = false; });
			closePanel();
			if (typing) {
				at.blur();
			}
			return;
		}
		if (typing || event.ctrlKey || event.metaKey || event.altKey) {
			return;
		}
		if (event.key === 'j' || event.key === 'k') {
			move(event.key === 'j' ? 1 : -1);
		} else if (event.key === 'Enter' && stops().indexOf(at) >= 0) {
			var link = at.querySelector('a:not(.gap)');
			if (link) {
				link.click();
			}
		} else if (event.key === '/') {
			var search = document.querySelector('input[type=search]');
			if (search) {
				search.focus();
				search.select();
				event.preventDefault();
			}
		} else if ('123'.includes(event.key) && document.querySelector('.conflict .sides')) {
			var card = at.closest('.conflict') || document.querySelector('.conflict');
			var take = all('.sides button', card)['123'.indexOf(event.key)];
			if (take) {
				take.click();
			}
		} else if (event.key === 'n') {
			go('a[rel=next]');
		} else if (event.key === 'p') {
			go('a[rel=prev]');
		}
	});
	document.addEventListener('click', function (event) {
		all('.menu[open]').forEach(function (menu) {
			if (!menu.contains(event.target)) {
				menu.open = false;
			}
		});
	});
	all('[data-copy]').forEach(function (button) {
		button.hidden = !navigator.clipboard;
		button.addEventListener('click', function () {
			navigator.clipboard.writeText(button.dataset.copy).then(function () { button.textContent = 'Copied'; });
		});
	});
	all('[data-keys]').forEach(function (e) { e.hidden = false; });

	/* ---- links that belong together are one Tab stop: arrows go from one to the next */

	function together(box, selector) {
		all(selector, box).forEach(function (e, i) { e.tabIndex = i ? -1 : 0; });
		box.addEventListener('keydown', function (event) {
			var step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
			var links = all(selector, box).filter(function (e) {
				return e.matches('summary') || !e.closest('details:not([open])');
			});
			var at = links.indexOf(document.activeElement);
			var next = step && at >= 0 && links[at + step];
			if (next) {
				links[at].tabIndex = -1;
				next.tabIndex = 0;
				next.focus();
				event.preventDefault();
			}
		});
	}
	all('.groups').forEach(function (box) { together(box, 'a, summary'); });
	all('.toolbar').forEach(function (box) { together(box, 'a.chip'); });

	/* ---- plots say their values, under the pointer and to the arrow keys */

	all('figure .plot').forEach(function (plot) {
		var points = all('circle, rect', plot), at = -1;
		var output = make('output', '', plot.parentNode.firstElementChild);
		function show(next) {
			if (next in points) {
				all('.on', plot).forEach(function (e) { e.classList.remove('on'); });
				at = next;
				points[at].classList.add('on');
				output.textContent = points[at].textContent;
			}
		}
		plot.tabIndex = 0;
		plot.addEventListener('pointerover', function (event) { show(points.indexOf(event.target)); });
		plot.addEventListener('keydown', function (event) {
			var step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
			if (step) {
				show(at < 0 ? (step > 0 ? 0 : points.length - 1) : at + step);
				event.preventDefault();
			}
		});
	});

	/* ---- an export searches in the page itself */

	all('[data-find]').forEach(function (field) {
		var rows = all('.found tbody tr');
		field.hidden = false;
		field.addEventListener('input', function () {
			var words = field.value.toLowerCase();
			rows.forEach(function (row) { row.hidden = !row.textContent.toLowerCase().includes(words); });
		});
	});

	/* ---- a filter offers what its column's type can be asked */

	all('form select[name=col]').forEach(function (column) {
		var form = column.form;
		var op = form.elements.namedItem('op'), value = form.elements.namedItem('val');
		var ops = form.querySelector('select[name=op]') || op;
		var field = form.querySelector('input[name=val]:not([type=hidden])') || value;
		function offer() {
			var option = column.selectedOptions[0];
			var fits = option && option.dataset.ops ? option.dataset.ops.split(' ') : null;
			Array.from(ops.options).forEach(function (o) {
				o.hidden = o.disabled = fits !== null && !fits.includes(o.value);
			});
			if (ops.selectedOptions[0] && ops.selectedOptions[0].disabled) {
				ops.value = 'eq';
			}
			field.disabled = /^(missing|present|empty)$/.test(ops.value);
		}
		column.addEventListener('change', offer);
		ops.addEventListener('change', offer);
		/* A disabled field is not sent, and the i-th of each belong together. */
		form.addEventListener('submit', function () { field.disabled = false; });
	});

	/* ---- the panel: what a page of its own tells of a cell or a column, beside the rows */

	var panel = null, opener = null;

	function closePanel() {
		if (panel) {
			panel.remove();
			panel = null;
			history.replaceState(null, '', location.pathname + location.search);
			if (opener && opener.isConnected) {
				opener.focus({ preventScroll: true });
			}
		}
	}

	function openPanel(address, title, from) {
		var inner = document.createElement('div');
		var head = document.createElement('header');
		var close = document.createElement('button');
		var own = document.createElement('a');
		if (panel) {
			panel.remove();
		}
		panel = make('aside', 'panel', document.body);
		panel.setAttribute('aria-label', title);
		panel.tabIndex = -1;
		make('b', '', head).textContent = title;
		own.href = address;
		own.textContent = 'Whole page';
		close.type = 'button';
		close.textContent = 'Close';
		close.addEventListener('click', closePanel);
		head.append(own, close);
		inner.textContent = 'Loading\u2026';
		panel.append(head, inner);
		opener = from;
		panel.focus({ preventScroll: true });
		var mine = panel;
		fetchPage(address).then(function (page) {
			inner.replaceChildren.apply(inner, Array.from(page.querySelector('main').children).map(function (e) {
				return document.importNode(e, true);
			}));
			all('details.menu, .pager, .desk-bar', inner).forEach(function (e) { e.remove(); });
			all('aside', inner).forEach(function (e) { e.setAttribute('role', 'region'); });
			var field = inner.querySelector('.cell-edit [name=value]');
			if (field && !matchMedia('(pointer: coarse)').matches && panel.contains(document.activeElement)) {
				field.focus({ preventScroll: true });
				if (field.select) {
					field.select();
				}
			}
		}).catch(function () {
			if (panel === mine) {
				inner.textContent = 'This page could not be loaded. Close this panel and try again.';
			}
		});
	}

	/* The row's page, with the cell that is meant. */
	function openCell(cell) {
		var link = cell.parentNode.querySelector('.no a');
		var heads = all('thead th', cell.closest('table'));
		var name = heads[cell.cellIndex] && heads[cell.cellIndex].firstElementChild.firstChild.data.trim();
		var to = new URL(link.href);
		if (cell.tagName === 'TD') {
			to.searchParams.set('cell', name);
		}
		var row = to.searchParams.get('key') || 'row ' + link.textContent;
		openPanel(to.href, cell.tagName === 'TD' ? name + ', ' + row : 'Row ' + link.textContent, cell);
		history.replaceState(null, '', '#' + to.searchParams);
	}

	function isServed() {
		return location.protocol !== 'file:';
	}

	var grid = document.querySelector('.data:not(.diff)');
	var panels = isServed() && grid && grid.querySelector('[data-panel]');

	function openAt(target) {
		var cell = target.closest('td, th');
		if (!cell || cell.closest('table') !== document.querySelector('.data:not(.diff)')) {
			return false;
		}
		if (cell.dataset.panel) {
			openPanel(cell.dataset.panel, cell.firstElementChild.firstChild.data.trim(), cell);
			return true;
		}
		if (cell.closest('tbody') && cell.parentNode.querySelector('.no a')) {
			openCell(cell);
			return true;
		}
		return false;
	}

	if (panels) {
		/* The second press of a double click selects no text, and leaves the focus in the panel. */
		document.addEventListener('mousedown', function (event) {
			if (event.detail > 1 && event.target.closest('.scroll .data')) {
				event.preventDefault();
			}
		});
		document.addEventListener('click', function (event) {
			if (event.detail > 1 && panel && event.target.closest('.scroll .data')) {
				event.preventDefault();
				return;
			}
			if (!event.ctrlKey && !event.metaKey && event.target.closest('.scroll .data') && !String(getSelection()) &&
				openAt(event.target)) {
				event.preventDefault();
			}
		});
		/* Arrows go from cell to cell, Enter opens. */
		grid.closest('.scroll').addEventListener('keydown', function (event) {
			var steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
			var table = document.querySelector('.data:not(.diff)');
			var at = document.activeElement.closest('td, th');
			if (event.key === 'Enter' && at && document.activeElement === at) {
				openAt(at);
				event.preventDefault();
				event.stopPropagation();
			} else if (event.key in steps) {
				var step = steps[event.key];
				var row = at ? table.rows[at.parentNode.rowIndex + step[0]] : table.rows[1];
				var next = row && row.cells[at ? at.cellIndex + step[1] : 1];
				if (next) {
					next.tabIndex = -1;
					next.focus();
				}
				event.preventDefault();
			}
		});
		/* An address with a cell behind '#' opens it. */
		var asked = new URLSearchParams(location.hash.slice(1));
		var first = document.querySelector('.data .no a');
		if ((asked.get('key') || asked.get('row')) && first) {
			var cell_page = new URL(first.href);
			cell_page.search = asked;
			openPanel(cell_page.href, asked.get('cell') || asked.get('key') || 'Row', first.closest('th'));
		}
	}

	/* ---- a scroll bar over all rows of a dataset; the table itself holds one page of them */

	function scroller(box) {
		var total = Number(box.dataset.total);
		var from = Number(box.dataset.from);
		var count = Number(box.dataset.rows);
		var table = box.querySelector('tbody');
		var outer = make('div', 'scroller');
		var track = make('div', 'track');
		var thumb = make('div', 'thumb', track);
		var label = make('output', 'at', outer);
		var timer = null, asked = -1, loading = false, dragging = false, hide = null;
		var number = new Intl.NumberFormat('en-US');

		label.hidden = true;
		box.before(outer);
		outer.append(box, track);
		track.tabIndex = 0;
		track.setAttribute('role', 'scrollbar');
		track.setAttribute('aria-orientation', 'vertical');
		track.setAttribute('aria-label', 'Rows');
		track.setAttribute('aria-valuemin', '1');
		track.setAttribute('aria-valuemax', String(total));
		box.id = box.id || 'rows-box';
		track.setAttribute('aria-controls', box.id);

		function rowHeight() {
			return Math.max(1, table.offsetHeight / Math.max(1, count));
		}

		function first() {
			return Math.min(total - 1, from + Math.floor(box.scrollTop / rowHeight()));
		}

		function visible() {
			return Math.max(1, Math.floor(box.clientHeight / rowHeight()) - 1);
		}

		function show() {
			var height = track.clientHeight;
			var size = Math.max(28, height * Math.min(1, visible() / total));
			var share = first() / Math.max(1, total - visible());
			thumb.style.height = size + 'px';
			thumb.style.top = Math.min(1, share) * (height - size) + 'px';
			track.setAttribute('aria-valuenow', String(first() + 1));
			track.setAttribute('aria-valuetext', 'Row ' + number.format(first() + 1) + ' of ' + number.format(total));
		}

		function tell(row) {
			label.hidden = false;
			label.textContent = number.format(row + 1) + ' of ' + number.format(total);
			label.style.top = Math.max(0, thumb.offsetTop) + 'px';
			clearTimeout(hide);
			hide = setTimeout(function () { label.hidden = true; }, 900);
		}

		function address(start) {
			var to = new URL(location.href);
			to.searchParams.delete('jump');
			to.hash = '';
			if (start > 0) {
				to.searchParams.set('from', String(start));
			} else {
				to.searchParams.delete('from');
			}
			return to;
		}

		/* Shows the page around a row, that row at the top. */
		function load(row) {
			var start = Math.max(0, Math.min(row - Math.floor(count / 3), total - count));
			var to = address(start);
			asked = row;
			if (loading) {
				return;
			}
			loading = true;
			fetchPage(to).then(function (page) {
				var other = page.querySelector('.scroll[data-total]');
				if (!other) {
					throw new Error('no rows');
				}
				table.replaceWith(table = document.importNode(other.querySelector('tbody'), true));
				from = Number(other.dataset.from);
				count = Number(other.dataset.rows);
				var bars = all('.bar2', page), here = all('.bar2');
				if (bars.length === here.length) {
					here.forEach(function (bar, i) { bar.replaceWith(document.importNode(bars[i], true)); });
				}
				history.replaceState(null, '', to);
				box.scrollTop = (row - from) * rowHeight();
				show();
			}).catch(function () {
				location.assign(to);
			}).finally(function () {
				loading = false;
				if (asked !== row) {
					load(asked);
				}
			});
		}

		function jump(row, soon) {
			row = Math.max(0, Math.min(total - 1, Math.round(row)));
			var inside = row >= from && row + visible() <= from + count;
			clearTimeout(timer);
			tell(row);
			if (inside || (row >= from && from + count >= total)) {
				box.scrollTop = (row - from) * rowHeight();
				show();
			} else {
				timer = setTimeout(function () { load(row); }, soon ? 0 : 120);
			}
		}

		function rowAt(event) {
			var r = track.getBoundingClientRect();
			var size = thumb.offsetHeight;
			var share = (event.clientY - r.top - size / 2) / Math.max(1, r.height - size);
			return Math.max(0, Math.min(1, share)) * (total - visible());
		}

		track.addEventListener('pointerdown', function (event) {
			dragging = true;
			track.setPointerCapture(event.pointerId);
			jump(rowAt(event), false);
		});
		track.addEventListener('pointermove', function (event) {
			if (dragging) {
				var r = track.getBoundingClientRect();
				var size = thumb.offsetHeight;
				thumb.style.top = Math.max(0, Math.min(r.height - size, event.clientY - r.top - size / 2)) + 'px';
				jump(rowAt(event), false);
			}
		});
		track.addEventListener('pointerup', function () { dragging = false; });
		track.addEventListener('keydown', function (event) {
			var steps = { ArrowDown: 1, ArrowUp: -1, PageDown: visible(), PageUp: -visible() };
			if (event.key in steps) {
				jump(first() + steps[event.key], true);
			} else if (event.key === 'Home') {
				jump(0, true);
			} else if (event.key === 'End') {
				jump(total - visible(), true);
			} else {
				return;
			}
			event.preventDefault();
		});
		box.addEventListener('scroll', function () {
			if (dragging) {
				return;
			}
			show();
			var end = box.scrollTop + box.clientHeight >= box.scrollHeight - 2;
			var start = box.scrollTop <= 2;
			if (end && from + count < total && !loading) {
				load(first());
			} else if (start && from > 0 && !loading) {
				load(first());
			}
		}, { passive: true });
		window.addEventListener('resize', show);
		show();
	}

	/* The line about a button is not shown again when the page is loaded again. */
	if (document.querySelector('.done')) {
		var at = new URL(location.href);
		['done', 'since', 'after'].forEach(function (name) { at.searchParams.delete(name); });
		history.replaceState(history.state, '', at.href);
	}

	/* The row that an address names is in view. */
	var here = document.getElementById('here');

	if (isServed()) {
		all('.scroll[data-total]').forEach(function (box) {
			if (Number(box.dataset.total) > Number(box.dataset.rows) && box.querySelector('tbody tr')) {
				scroller(box);
			}
		});
	}
	if (here) {
		var rows = here.closest('.scroll');
		rows.scrollTop += here.getBoundingClientRect().top - rows.getBoundingClientRect().top - rows.clientHeight / 3;
	}
})();
