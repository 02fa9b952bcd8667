(function () {
	'use strict';
	var STEP = 500;
	var form = document.querySelector('.filters');
	var column = form.querySelector('select');
	var search = form.querySelector('input[type=search]');
	var output = form.querySelector('output');
	var boxes = Array.from(form.querySelectorAll('.kinds input'));
	var number = new Intl.NumberFormat('en-US');
	var totals = { a: 0, r: 0, c: 0, m: 0 };

	function button(text, act) {
		var b = document.createElement('button');
		b.type = 'button';
		b.textContent = text;
		b.addEventListener('click', act);
		return b;
	}

	var tables = Array.from(document.querySelectorAll('section.t')).map(function (section) {
		var rows = Array.from(section.querySelectorAll('tbody > tr')).map(function (el) {
			var kind = el.className.charAt(0);
			totals[kind]++;
			return { el: el, kind: kind, names: null, text: null };
		});
		var sum = section.querySelector('.sum');
		if (sum) {
			section.insertBefore(sum, section.querySelector('.facts, .scroll, .note'));
		}
		var more = document.createElement('div');
		more.className = 'more';
		more.hidden = true;
		section.appendChild(more);
		return { section: section, rows: rows, more: more, shown: STEP };
	});

	function names(row) {
		if (!row.names) {
			var cells = Array.from(row.el.querySelectorAll('td.x'));
			row.names = new Set(cells.map(function (td) { return td.dataset.c; }));
		}
		return row.names;
	}

	function text(row) {
		if (row.text === null) {
			row.text = row.el.textContent.toLowerCase();
		}
		return row.text;
	}

	function apply() {
		var kinds = {};
		boxes.forEach(function (b) { kinds[b.value] = b.checked; });
		var name = column.value === '' ? null : column.selectedOptions[0].textContent;
		var words = search.value.trim().toLowerCase();
		var all = 0, matched = 0;
		tables.forEach(function (t) {
			var here = 0;
			t.rows.forEach(function (row) {
				var yes = kinds[row.kind] && (name === null || names(row).has(name)) &&
					(words === '' || text(row).includes(words));
				here += yes ? 1 : 0;
				var hide = !yes || here > t.shown;
				if (row.el.hidden !== hide) {
					row.el.hidden = hide;
				}
			});
			all += t.rows.length;
			matched += here;
			t.section.classList.toggle('none', here === 0);
			offer(t, here);
		});
		output.textContent = matched === all ? number.format(all) + (all === 1 ? ' row' : ' rows')
			: number.format(matched) + ' of ' + number.format(all) + ' rows';
	}

	function offer(t, matched) {
		t.more.hidden = matched <= t.shown;
		t.more.textContent = '';
		if (!t.more.hidden) {
			t.more.append(number.format(t.shown) + ' of ' + number.format(matched) + ' rows are shown. ',
				button('Show ' + number.format(Math.min(STEP, matched - t.shown)) + ' more',
					function () { extend(t, STEP); }),
				button('Show all', function () { extend(t, Infinity); }));
		}
	}

	function extend(t, by) {
		var hadFocus = t.more.contains(document.activeElement);
		var next = t.rows.findIndex(function (row) { return row.el.hidden; });
		t.shown = Math.min(t.shown + by, t.rows.length);
		apply();
		if (hadFocus && next >= 0) {
			visit(t.rows.slice(next).find(function (row) { return !row.el.hidden; }));
		}
	}

	function refilter() {
		tables.forEach(function (t) { t.shown = STEP; });
		apply();
	}

	function visit(row) {
		if (row) {
			row.el.tabIndex = -1;
			row.el.focus({ preventScroll: true });
			row.el.scrollIntoView({ block: 'nearest' });
		}
	}

	function move(by) {
		var at = document.activeElement && document.activeElement.closest('tbody > tr');
		for (var i = 0; i < tables.length; i++) {
			var rows = tables[i].rows;
			var k = at ? rows.findIndex(function (row) { return row.el === at; }) : -1;
			if (at && k < 0) {
				continue;
			}
			if (step(i, at ? k + by : 0, by)) {
				return;
			}
			break;
		}
	}

	function step(i, k, by) {
		for (; i >= 0 && i < tables.length; i += by) {
			var t = tables[i];
			k = k === null ? (by > 0 ? 0 : t.rows.length - 1) : k;
			for (; k >= 0 && k < t.rows.length; k += by) {
				if (!t.rows[k].el.hidden) {
					visit(t.rows[k]);
					return true;
				}
			}
			if (by > 0 && !t.more.hidden) {
				t.more.querySelector('button').focus();
				return true;
			}
			k = null;
		}
		return false;
	}

	function contents() {
		var nav = document.createElement('nav'), list = document.createElement('ol');
		nav.className = 'tables';
		nav.setAttribute('aria-label', 'Tables');
		tables.forEach(function (t) {
			var li = document.createElement('li'), a = document.createElement('a');
			a.href = '#' + t.section.id;
			a.textContent = t.section.querySelector('h2').textContent;
			li.append(a, ' ' + number.format(t.rows.length));
			list.append(li);
		});
		nav.append(list);
		document.querySelector('main').before(nav);
	}

	var seen = new Set();
	document.querySelectorAll('thead th[data-c]').forEach(function (th) {
		seen.add(th.dataset.c);
	});
	seen.forEach(function (name) {
		var option = document.createElement('option');
		option.textContent = name;
		option.value = '=' + name;
		column.append(option);
	});
	boxes.forEach(function (b) {
		b.parentNode.querySelector('b').textContent = number.format(totals[b.value]);
		b.parentNode.hidden = totals[b.value] === 0;
		b.addEventListener('change', refilter);
	});
	column.addEventListener('change', refilter);
	var timer;
	search.addEventListener('input', function () {
		clearTimeout(timer);
		timer = setTimeout(refilter, 150);
	});
	form.addEventListener('submit', function (event) { event.preventDefault(); });
	document.addEventListener('keydown', function (event) {
		var typing = /^(INPUT|SELECT)$/.test(event.target.tagName) && event.target.type !== 'checkbox';
		if (event.ctrlKey || event.metaKey || event.altKey) {
			return;
		}
		if (event.key === 'Escape' && event.target === search) {
			search.value = '';
			search.blur();
			refilter();
		} else if (typing) {
			return;
		} else if (event.key === 'j' || event.key === 'k') {
			move(event.key === 'j' ? 1 : -1);
		} else if (event.key === '/') {
			search.focus();
			event.preventDefault();
		} else if (event.key === 'c') {
			column.focus();
			event.preventDefault();
		} else if (event.key === '?') {
			var help = form.querySelector('.help');
			help.open = !help.open;
		} else if (event.key >= '1' && event.key <= '4') {
			var box = boxes[Number(event.key) - 1];
			box.checked = !box.checked;
			refilter();
		}
	});
	if (tables.length > 1) {
		contents();
	}
	form.hidden = false;
	apply();
})();
