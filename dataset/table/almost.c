/*
 * almost: looks at each cell once, leaves a column as soon as it has too much that is something else, and stops
 * reading when nothing is left to find.
 */
#include "dataset/table/almost.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/schema/infer.h"
#include "dataset/schema/key.h"
#include "dataset/table/walk.h"

#define FEW_VALUES 50u /* with fewer, a value that is not a number proves nothing */
#define FEW_IDS 20u
#define REPEATS 2u
#define IDS_MAX ((uint64_t)1 << 20) /* 24 bytes each */
#define SHOWN 20u
#define COLUMNS_SHOWN 5u

typedef struct column_look {
	bool open;                 /* nearly all values are numbers, or dates */
	uint64_t count, others[2]; /* values; not numbers, and not dates */
	uint64_t row[2];           /* of the first of these, from 1 */
	char value[2][32];
	uint64_t lines, lines_row; /* rows in one cell, and where */
} column_look;

typedef struct looking {
	const vv_table *t;
	vv_almost_fn fn;
	void *payload;
	vv_error *err;
	column_look *columns;
	bool breaks;         /* a cell may contain a line feed */
	bool headers;        /* all columns are text, so that a row can be the header again */
	uint64_t header_row; /* the first such row; 0: none */
	size_t id;           /* SIZE_MAX: none */
	vv_hash_index seen;
	uint64_t *hashes, repeats;
	uint64_t id_rows[2];
	char id_value[32];
} looking;

static void show_value(char out[32], const vv_cell *c)
{
	(void)snprintf(out, 32, "%s", vv_text_show(c->text, c->len < SHOWN ? c->len : SHOWN));
}

static uint64_t least_others(const column_look *l)
{
	return l->others[0] < l->others[1] ? l->others[0] : l->others[1];
}

static void look_at_type(column_look *l, const vv_cell *c, uint64_t row)
{
	vv_infer one;

	vv_infer_init(&one);
	vv_infer_cells(&one, c, 1);
	const vv_type type = vv_infer_type(&one, NULL);
	const bool is[2] = {type == VV_TYPE_INTEGER || type == VV_TYPE_NUMBER,
			    type == VV_TYPE_DATE || type == VV_TYPE_DATETIME};

	l->count += one.any_value;
	for (int k = 0; k < 2 && one.any_value; k++) {
		if (!is[k] && l->others[k]++ == 0) {
			l->row[k] = row;
			show_value(l->value[k], c);
		}
	}
	l->open = l->count <= FEW_VALUES || least_others(l) * 50 <= l->count;
}

/* How many rows the cell has between the rest of its own and the beginning of the last one, if they are nothing else: each has
 * as many delimiters as a row, and so have the first and the last line together, by the place of the column. */
static uint64_t count_rows(const looking *k, const vv_cell *c, size_t column)
{
	const char delimiter = (char)k->t->root.dialect.delimiter, *end = c->text + c->len;
	const size_t usual = k->t->columns - 1;
	const char *from = c->text, *to = c->len ? memchr(from, '\n', c->len) : NULL;
	uint64_t rows = 0;

	if (!to || usual < 2 ||
	    vv_count_byte(from, (size_t)(to - from), delimiter) != usual - column) {
		return 0;
	}
	for (from = to + 1; (to = memchr(from, '\n', (size_t)(end - from))); from = to + 1) {
		if (vv_count_byte(from, (size_t)(to - from), delimiter) != usual) return 0;
		rows++;
	}
	return vv_count_byte(from, (size_t)(end - from), delimiter) == column ? rows : 0;
}

static bool is_header(const vv_table *t, const vv_cell *row)
{
	const vv_field *fields = t->schema.fields;

	return vv_find_place(i, t->columns,
			     row[i].len == 0 || row[i].len != fields[i].name_len ||
				     memcmp(row[i].text, fields[i].name, row[i].len) != 0) ==
	       t->columns;
}

static bool look_at_id(looking *k, const vv_cell *row, uint64_t number)
{
	bool usable, seen = false;
	const uint64_t h = vv_key_hash(row, &k->id, 1, vv_hash_seed(), &usable);
	vv_hash_probe p = vv_hash_probe_begin(&k->seen, h);
	size_t at = 0;

	k->hashes[number] = h;
	if (!usable || k->repeats > REPEATS) return true;
	while (!seen && vv_hash_probe_next(&p, &at)) {
		seen = k->hashes[at] == h;
	}
	if (!seen) return vv_hash_index_add(&k->seen, h, (size_t)number);
	if (k->repeats++ == 0) {
		k->id_rows[0] = at + 1;
		k->id_rows[1] = number + 1;
		show_value(k->id_value, &row[k->id]);
	}
	return true;
}

/* False: out of memory. */
static bool look_at_rows(looking *k, const vv_batch *b)
{
	for (size_t i = 0; i < b->rows; i++) {
		const vv_cell *row = &b->cells[i * b->columns];
		const uint64_t number = b->first_row + i;

		if (k->headers && k->header_row == 0 && is_header(k->t, row)) {
			k->header_row = number + 1;
			continue;
		}
		for (size_t c = 0; c < k->t->columns; c++) {
			column_look *l = &k->columns[c];

			if (l->open) {
				look_at_type(l, &row[c], number + 1);
			}
			if (k->breaks && l->lines == 0 &&
			    k->t->schema.fields[c].type == VV_TYPE_STRING &&
			    (l->lines = count_rows(k, &row[c], c)) > 0) {
				l->lines_row = number + 1;
			}
		}
		if (k->id != SIZE_MAX && !look_at_id(k, row, number)) return false;
	}
	return true;
}

/* Can later rows still have something? */
static bool is_looking(const looking *k)
{
	return k->breaks || k->headers || k->id != SIZE_MAX ||
	       vv_array_find(k->columns, k->t->columns, it, it->open);
}

/* Is one value of a hundred, or fewer, no number, or no date? */
static bool has_other(const column_look *l)
{
	const uint64_t least = least_others(l);

	return l->open && l->count > FEW_VALUES && least > 0 && least * 100 <= l->count;
}

static vv_status say_finding(const looking *k, size_t column, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static vv_status say_finding(const looking *k, size_t column, const char *fmt, ...)
{
	char what[256];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	return k->fn(k->payload, column, what, k->err);
}

static vv_status tell_column(const looking *k, size_t column)
{
	const column_look *l = &k->columns[column];
	const int dates = l->others[1] < l->others[0];
	vv_status rc = VV_OK;

	if (has_other(l)) {
		rc = say_finding(k, column, "%s of %s values are %s; '%s' in row %s is not",
				 vv_text_count(l->count - l->others[dates]),
				 vv_text_count(l->count), dates ? "dates" : "numbers",
				 l->value[dates], vv_text_count(l->row[dates]));
	}
	if (rc < 0 || l->lines == 0) return rc;
	return say_finding(
		k, column,
		"the value in row %s contains %s, with as many delimiters as a row has: check "
		"the quotes of the value",
		vv_text_count(l->lines_row), vv_text_counted(l->lines, "line", NULL));
}

static vv_status tell_findings(const looking *k)
{
	size_t told = 0;
	vv_status rc;

	for (size_t c = 0; c < k->t->columns; c++) {
		if ((has_other(&k->columns[c]) || k->columns[c].lines > 0) &&
		    told++ < COLUMNS_SHOWN && (rc = tell_column(k, c)) < 0) {
			return rc;
		}
	}
	if (told > COLUMNS_SHOWN &&
	    (rc = say_finding(k, SIZE_MAX, "there are such values in %s not shown here",
			      vv_text_counted(told - COLUMNS_SHOWN, "column", NULL))) < 0) {
		return rc;
	}
	if (k->header_row > 0 && (rc = say_finding(k, SIZE_MAX, "row %s repeats the header line",
						   vv_text_count(k->header_row))) < 0) {
		return rc;
	}
	if (k->repeats == 0 || k->repeats > REPEATS) return VV_OK;
	return say_finding(k, k->id,
			   "rows %s and %s both have '%s', and %s: with unique values, this "
			   "column would be the key",
			   vv_text_count(k->id_rows[0]), vv_text_count(k->id_rows[1]), k->id_value,
			   k->repeats > 1 ? "one more row repeats a value"
					  : "no other row repeats a value");
}

/* The first column that is called id, and is not of the key already. */
static size_t find_id(const vv_table *t)
{
	const vv_field *id = vv_array_find(t->schema.fields, t->columns, it,
					   vv_key_is_id(it->name, it->name_len));

	return id && !vv_text_is_among(id->name, VV_TEXTS(t->root.key), t->root.key_count) &&
			       t->root.rows >= FEW_IDS && t->root.rows <= IDS_MAX
		       ? (size_t)(id - t->schema.fields)
		       : SIZE_MAX;
}

vv_status vv_table_almost(vv_table *t, bool breaks, vv_almost_fn fn, void *payload, vv_error *err)
{
	vv_auto_free column_look *columns = vv_calloc(t->columns + 1, sizeof(*columns));
	vv_auto_free size_t *wanted = vv_calloc(t->columns + 1, sizeof(*wanted));
	looking k = {t, fn, payload, err, columns, breaks, .id = find_id(t)};
	vv_auto_free uint64_t *hashes = vv_calloc(k.id == SIZE_MAX ? 1 : t->root.rows,
						  sizeof(*hashes));
	size_t count = 0, texts = 0;

	if (!columns || !wanted || !hashes) return vv_fail_nomem(err);
	for (size_t i = 0; i < t->columns; i++) {
		texts += t->schema.fields[i].type == VV_TYPE_STRING;
	}
	k.headers = t->root.dialect.header && texts > 1 && texts == t->columns;
	for (size_t i = 0; i < t->columns; i++) {
		const bool text = t->schema.fields[i].type == VV_TYPE_STRING;

		columns[i].open = text && vv_field_is_found(&t->schema.fields[i]);
		if (columns[i].open || (text && (breaks || k.headers)) || i == k.id) {
			wanted[count++] = i;
		}
	}
	if (vv_form_is_typed(t->root.dialect.form) || vv_root_has_places(&t->root) || count == 0) {
		return VV_OK;
	}
	k.hashes = hashes;
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, wanted, count, VV_IGNORED);
	while (is_looking(&k) && vv_group_walk_next(&w)) {
		w.rc = look_at_rows(&k, &w.batch) ? VV_OK : VV_ENOMEM;
	}
	vv_hash_index_clear(&k.seen);
	if (w.rc == VV_ENOMEM) return vv_fail_nomem(err);
	return w.rc < 0 ? VV_OK : tell_findings(&k);
}
