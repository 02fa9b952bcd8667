/*
 * rows: how values of SQLite are written in each format, and which type of Arrow a column has.
 */
#include "cmd/sql/rows.h"

#include <math.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/json/json.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/sql/vtab/value.h"
#include "dataset/schema/csv_record.h"
#include "lib/arrow/column.h"
#include "lib/arrow/ipc.h"

/* arrow: which type of Arrow a column of SQLite has, where each value has a type of its own. */

struct sqlite3_stmt;
typedef struct vv_sql_arrow vv_sql_arrow;

#define BATCH_ROWS 65536
#define BATCH_BYTES ((size_t)16 << 20) /* of texts */

struct vv_sql_arrow {
	sqlite3_stmt *stmt;
	size_t count;
	vv_arrow_column *columns; /* of the form NONE: no value yet */
	size_t rows, bytes;       /* of the batch at hand */
	uint64_t before;          /* rows of others */
	bool begun;               /* the schema is written, types stay */
	vv_arrow_ipc ipc;
};

static vv_status put_bytes(void *payload VV_UNUSED, const void *bytes, size_t len,
			   vv_error *err VV_UNUSED)
{
	vv_out_raw(bytes, len);
	return VV_OK;
}

static vv_status sql_arrow_open(vv_sql_arrow **out, sqlite3_stmt *stmt, vv_error *err)
{
	vv_sql_arrow *a = vv_calloc(1, sizeof(*a));

	*out = a;
	if (!a) return vv_fail_nomem(err);
	a->stmt = stmt;
	a->count = (size_t)sqlite3_column_count(stmt);
	a->columns = vv_calloc(a->count + 1, sizeof(*a->columns));
	if (!a->columns) return vv_fail_nomem(err);
	vv_array_each(a->columns, a->count, column) {
		vv_arrow_column_init_own(column, "", VV_ARROW_NONE, false);
	}
	return VV_OK;
}

/* ---- values ---- */

/* The first value: the rows before have none. */
static vv_status begin_column(vv_arrow_column *c, vv_arrow_form form, bool binary, size_t rows,
			      vv_error *err)
{
	c->form = form;
	c->binary = binary;
	vv_status rc = vv_arrow_column_begin(c, rows, err);
	for (size_t i = 0; i < rows && rc == VV_OK; i++) {
		rc = vv_arrow_column_put_int(c, NULL, i, err);
	}
	return rc;
}

static void widen_column(vv_arrow_column *c, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		char *at = c->values.bytes + i * sizeof(double);
		int64_t n;

		memcpy(&n, at, sizeof(n));
		double d = (double)n;
		memcpy(at, &d, sizeof(d));
	}
	c->form = VV_ARROW_DOUBLE;
}

static vv_status refuse_column(const vv_sql_arrow *a, int i, const char *what, const char *mend,
			       vv_error *err)
{
	const char *name = sqlite3_column_name(a->stmt, i);

	return vv_fail(err, VV_EUSAGE,
		       "column '%s' of the result has %s: see row %s\n%s in the query",
		       vv_text_shows(name ? name : ""), what,
		       vv_text_count(a->before + a->rows + 1), mend);
}

static vv_status append_value(vv_sql_arrow *a, vv_arrow_column *c, int i, vv_error *err)
{
	if (c->form == VV_ARROW_INT) {
		const int64_t n = sqlite3_column_int64(a->stmt, i);

		return vv_arrow_column_put_int(c, &n, a->rows, err);
	}
	if (c->form == VV_ARROW_DOUBLE) {
		return vv_arrow_column_put_double(c, sqlite3_column_double(a->stmt, i), a->rows,
						  err);
	}
	const char *text = sqlite3_column_blob(a->stmt, i);
	const size_t len = (size_t)sqlite3_column_bytes(a->stmt, i);
	a->bytes += len;
	return vv_arrow_column_put_text(c, text ? text : "", len, a->rows, err);
}

static vv_status put_cell(vv_sql_arrow *a, int i, vv_error *err)
{
	static const vv_arrow_form forms[] = {[SQLITE_INTEGER] = VV_ARROW_INT,
					      [SQLITE_FLOAT] = VV_ARROW_DOUBLE,
					      [SQLITE_TEXT] = VV_ARROW_TEXT,
					      [SQLITE_BLOB] = VV_ARROW_TEXT};
	vv_arrow_column *c = &a->columns[i];
	const int type = sqlite3_column_type(a->stmt, i);
	const bool binary = type == SQLITE_BLOB;
	vv_status rc = VV_OK;

	if (type == SQLITE_NULL) return vv_arrow_column_put_int(c, NULL, a->rows, err);
	const vv_arrow_form form = forms[type];
	if (type == SQLITE_TEXT && !vv_utf8_valid(sqlite3_column_blob(a->stmt, i),
						  (size_t)sqlite3_column_bytes(a->stmt, i))) {
		return refuse_column(a, i, "text that is not UTF-8", "CAST it to BLOB", err);
	}
	if (c->form == VV_ARROW_NONE) {
		rc = begin_column(c, form, binary, a->rows, err);
	} else if (form == VV_ARROW_DOUBLE && c->form == VV_ARROW_INT && !a->begun) {
		widen_column(c, a->rows);
	}
	if ((form != c->form && !(form == VV_ARROW_INT && c->form == VV_ARROW_DOUBLE)) ||
	    binary != c->binary) {
		return refuse_column(a, i, "values of several types", "CAST it to one type", err);
	}
	return rc < 0 ? rc : append_value(a, c, i, err);
}

/* ---- batches ---- */

/* The form declared for a column that has no value yet. */
static vv_arrow_form declared_form(sqlite3_stmt *stmt, int i)
{
	const char *type = sqlite3_column_decltype(stmt, i);

	if (type && sqlite3_stricmp(type, "INTEGER") == 0) return VV_ARROW_INT;
	return type && sqlite3_stricmp(type, "REAL") == 0 ? VV_ARROW_DOUBLE : VV_ARROW_TEXT;
}

static vv_status begin_arrow(vv_sql_arrow *a, vv_error *err)
{
	struct ArrowSchema schema;
	vv_status rc = VV_OK;

	a->begun = true;
	if (!vv_arrow_schema(&schema, "+s", "", false, a->count)) return vv_fail_nomem(err);
	for (size_t i = 0; i < a->count && rc == VV_OK; i++) {
		const char *name = sqlite3_column_name(a->stmt, (int)i);
		vv_arrow_column *c = &a->columns[i];

		c->name = name ? name : "";
		if (c->form == VV_ARROW_NONE) {
			rc = begin_column(c, declared_form(a->stmt, (int)i), false, a->rows, err);
		}
		if (rc == VV_OK && !vv_arrow_column_schema(schema.children[i], c)) {
			rc = vv_fail_nomem(err);
		}
	}
	if (rc < 0) {
		schema.release(&schema);
		return rc;
	}
	return vv_arrow_ipc_begin(&a->ipc, &schema, put_bytes, NULL, err);
}

static vv_status write_batch(vv_sql_arrow *a, vv_error *err)
{
	struct ArrowArray all;
	vv_status rc = a->begun ? VV_OK : begin_arrow(a, err);

	if (rc < 0 || a->rows == 0) return rc;
	if (!vv_arrow_array(&all, a->rows, 0, 1, a->count)) return vv_fail_nomem(err);
	for (size_t i = 0; i < a->count && rc == VV_OK; i++) {
		rc = vv_arrow_column_end(all.children[i], &a->columns[i], a->rows)
			     ? vv_arrow_column_begin(&a->columns[i], 0, err)
			     : vv_fail_nomem(err);
	}
	if (rc == VV_OK) {
		rc = vv_arrow_ipc_put(&a->ipc, &all, err);
	}
	all.release(&all);
	a->before += a->rows;
	a->rows = a->bytes = 0;
	return rc;
}

/* The row that the statement is at. VV_EUSAGE: a value is not of its column's type. */
static vv_status sql_arrow_row(vv_sql_arrow *a, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < a->count && rc == VV_OK; i++) {
		rc = put_cell(a, (int)i, err);
	}
	a->rows++;
	return rc == VV_OK && (a->rows == BATCH_ROWS || a->bytes >= BATCH_BYTES)
		       ? write_batch(a, err)
		       : rc;
}

static vv_status sql_arrow_end(vv_sql_arrow *a, vv_error *err)
{
	vv_status rc = write_batch(a, err);

	return rc < 0 ? rc : vv_arrow_ipc_end(&a->ipc, err);
}

/* accepts NULL */
static void sql_arrow_close(vv_sql_arrow *a)
{
	if (a) {
		vv_arrow_ipc_clear(&a->ipc);
		vv_array_clear(a->columns, a->columns ? a->count : 0, c, vv_arrow_column_clear(c));
		vv_free(a);
	}
}

#define FIRST_ROWS 1000   /* whose widths count */
#define FLUSH (64u << 10) /* bytes that are printed at once */

typedef enum form { TABLE, CSV, TSV, JSON, NDJSON, ARROW } form;

struct vv_sql_rows_printer {
	sqlite3_stmt *stmt;
	form form;
	size_t columns;
	vv_buf out;
	uint64_t count;
	size_t *widths;
	bool *numbers; /* all cells of the first rows are: to the right */
	vv_buf first;  /* their cells, each ended by NUL */
	bool aligned;  /* the widths are known */
	vv_sql_arrow *arrow;
};

static const char *const form_names[] = {[TABLE] = "table", [CSV] = "csv",       [TSV] = "tsv",
					 [JSON] = "json",   [NDJSON] = "ndjson", [ARROW] = "arrow"};

/* ---- values ---- */

/* The shortest digits that are read back as the same number, always with a point. */
static void put_double(vv_buf *b, double d, bool json)
{
	char text[VV_VALUE_OWN];

	if (!isfinite(d)) {
		vv_buf_puts(b, json ? "null" : d > 0 ? "Inf" : "-Inf");
		return;
	}
	(void)vv_sql_value_digits(text, d);
	const char *exponent = text + strcspn(text, "e");
	vv_buf_put(b, text, (size_t)(exponent - text));
	vv_buf_puts(b, strchr(text, '.') ? "" : ".0");
	vv_buf_puts(b, exponent);
}

static void put_json(vv_buf *b, sqlite3_stmt *stmt, int i)
{
	switch (sqlite3_column_type(stmt, i)) {
	case SQLITE_NULL:
		vv_buf_puts(b, "null");
		break;
	case SQLITE_INTEGER:
		vv_buf_printf(b, "%lld", (long long)sqlite3_column_int64(stmt, i));
		break;
	case SQLITE_FLOAT:
		put_double(b, sqlite3_column_double(stmt, i), true);
		break;
	default: {
		const char *text = sqlite3_column_blob(stmt, i);
		int len = sqlite3_column_bytes(stmt, i);

		vv_json_put_text(b, text ? text : "", (size_t)len);
	}
	}
}

/* As it is, without quotes. */
static void put_plain(vv_buf *b, sqlite3_stmt *stmt, int i)
{
	int type = sqlite3_column_type(stmt, i);

	if (type == SQLITE_INTEGER) {
		vv_buf_printf(b, "%lld", (long long)sqlite3_column_int64(stmt, i));
	} else if (type == SQLITE_FLOAT) {
		put_double(b, sqlite3_column_double(stmt, i), false);
	} else if (type != SQLITE_NULL) {
		const void *bytes = sqlite3_column_blob(stmt, i);

		vv_buf_put(b, bytes, (size_t)sqlite3_column_bytes(stmt, i));
	}
}

/* \t, \n, \r and \\, as the IANA's text/tab-separated-values cannot have them. */
static void put_tsv(vv_buf *b, const char *s, size_t len)
{
	static const char marks[] = "\t\n\r\\", letters[] = "tnr\\";

	vv_array_each(s, len, c) {
		const char *mark = memchr(marks, *c, sizeof(marks) - 1);
		vv_buf_puts(b, mark ? "\\" : "");
		vv_buf_putc(b, mark ? letters[mark - marks] : *c);
	}
}

/* With what separates it from the value before. NULL: a missing value. */
static void put_separated_value(vv_sql_rows_printer *p, size_t i, const char *s, size_t len)
{
	vv_buf_puts(&p->out, i == 0 ? "" : p->form == CSV ? "," : "\t");
	if (p->form == TSV) {
		put_tsv(&p->out, s, len);
	} else if (s) {
		vv_csv_value_put(&p->out, s, len);
	}
}

/* ---- for people ---- */

static void put_line(vv_sql_rows_printer *p)
{
	for (size_t i = 0; i < p->columns; i++) {
		vv_buf_putc(&p->out, '+');
		for (size_t n = 0; n < p->widths[i] + 2; n++) {
			vv_buf_putc(&p->out, '-');
		}
	}
	vv_buf_puts(&p->out, "+\n");
}

/* The cells of one row, each ended by NUL, escaped already. */
static const char *put_cells(vv_sql_rows_printer *p, const char *cells, bool header)
{
	for (size_t i = 0; i < p->columns; i++, cells += strlen(cells) + 1) {
		size_t width = vv_text_words_width(cells, strlen(cells)),
		       rest = width < p->widths[i] ? p->widths[i] - width : 0;
		bool right = p->numbers[i] && !header;

		vv_buf_putc(&p->out, '|');
		vv_buf_put_spaces(&p->out, 1 + (right ? rest : 0));
		vv_buf_puts(&p->out, cells);
		vv_buf_put_spaces(&p->out, 1 + (right ? 0 : rest));
	}
	vv_buf_puts(&p->out, "|\n");
	return cells;
}

static void put_shown(vv_buf *b, const char *s, size_t len)
{
	vv_text_put_words(b, s, len, 0);
	vv_buf_putc(b, '\0');
}

static void put_row_shown(vv_sql_rows_printer *p, vv_buf *to)
{
	vv_auto(vv_buf) cell = VV_BUF_FOR(to);

	for (size_t i = 0; i < p->columns; i++) {
		vv_buf_reset(&cell);
		if (sqlite3_column_type(p->stmt, (int)i) == SQLITE_NULL) {
			vv_buf_puts(&cell, "NULL");
		} else {
			put_plain(&cell, p->stmt, (int)i);
		}
		put_shown(to, vv_buf_cstr(&cell), cell.len);
	}
}

static void measure_columns(vv_sql_rows_printer *p, const char *cells, size_t rows)
{
	for (size_t i = 0; i < rows * p->columns; i++, cells += strlen(cells) + 1) {
		size_t width = vv_text_words_width(cells, strlen(cells)), at = i % p->columns;

		p->widths[at] = width > p->widths[at] ? width : p->widths[at];
	}
}

static void put_head(vv_sql_rows_printer *p)
{
	vv_auto(vv_buf) names = VV_BUF_FOR(&p->out);

	for (size_t i = 0; i < p->columns; i++) {
		const char *name = sqlite3_column_name(p->stmt, (int)i);

		put_shown(&names, name ? name : "", name ? strlen(name) : 0);
	}
	measure_columns(p, vv_buf_cstr(&names), 1);
	put_line(p);
	(void)put_cells(p, vv_buf_cstr(&names), true);
	put_line(p);
}

/* The first rows are all there, or enough of them. */
static void align_rows(vv_sql_rows_printer *p)
{
	const char *cells = vv_buf_cstr(&p->first);

	if (p->aligned) return;
	p->aligned = true;
	measure_columns(p, cells, (size_t)p->count);
	put_head(p);
	for (uint64_t i = 0; i < p->count; i++) {
		cells = put_cells(p, cells, false);
	}
	p->out.failed |= p->first.failed;
	vv_buf_clear(&p->first);
}

static void put_for_people(vv_sql_rows_printer *p)
{
	if (p->count == FIRST_ROWS) {
		align_rows(p);
	}
	if (p->aligned) {
		vv_auto(vv_buf) row = VV_BUF_FOR(&p->out);

		put_row_shown(p, &row);
		(void)put_cells(p, vv_buf_cstr(&row), false);
		return;
	}
	for (size_t i = 0; i < p->columns; i++) {
		int type = sqlite3_column_type(p->stmt, (int)i);

		p->numbers[i] &= type == SQLITE_INTEGER || type == SQLITE_FLOAT ||
				 type == SQLITE_NULL;
	}
	put_row_shown(p, &p->first);
}

/* ---- rows ---- */

vv_status vv_sql_rows_printer_open(vv_sql_rows_printer **out, sqlite3_stmt *stmt,
				   const char *format, vv_error *err)
{
	vv_sql_rows_printer *p = vv_calloc(1, sizeof(*p));

	*out = p;
	if (!p) return vv_fail_nomem(err);
	*p = (vv_sql_rows_printer){.stmt = stmt,
				   .columns = (size_t)sqlite3_column_count(stmt),
				   .out = VV_BUF_INIT,
				   .first = VV_BUF_INIT};
	for (size_t i = 0; format && i < sizeof(form_names) / sizeof(form_names[0]); i++) {
		p->form = strcmp(format, form_names[i]) == 0 ? (form)i : p->form;
	}
	if (p->form == ARROW) return sql_arrow_open(&p->arrow, stmt, err);
	p->widths = vv_calloc(p->columns + 1, sizeof(*p->widths));
	p->numbers = vv_calloc(p->columns + 1, sizeof(*p->numbers));
	if (!p->widths || !p->numbers) return vv_fail_nomem(err);
	memset(p->numbers, true, p->columns);
	for (size_t i = 0; i < p->columns && (p->form == CSV || p->form == TSV); i++) {
		const char *name = sqlite3_column_name(stmt, (int)i);

		put_separated_value(p, i, name ? name : "", name ? strlen(name) : 0);
	}
	if (p->form == CSV || p->form == TSV) {
		vv_buf_putc(&p->out, '\n');
	}
	return vv_buf_ok(&p->out, err);
}

static void put_separated(vv_sql_rows_printer *p)
{
	vv_auto(vv_buf) cell = VV_BUF_FOR(&p->out);

	for (size_t i = 0; i < p->columns; i++) {
		vv_buf_reset(&cell);
		put_plain(&cell, p->stmt, (int)i);
		const bool null = sqlite3_column_type(p->stmt, (int)i) == SQLITE_NULL;
		put_separated_value(p, i, null ? NULL : vv_buf_cstr(&cell), cell.len);
	}
	vv_buf_putc(&p->out, '\n');
}

static void put_object(vv_sql_rows_printer *p)
{
	if (p->form == JSON) {
		vv_buf_puts(&p->out, p->count == 0 ? "[" : ",\n");
	}
	vv_buf_putc(&p->out, '{');
	for (size_t i = 0; i < p->columns; i++) {
		const char *name = sqlite3_column_name(p->stmt, (int)i);

		vv_buf_puts(&p->out, i > 0 ? "," : "");
		(void)vv_json_put_string(&p->out, name ? name : "", name ? strlen(name) : 0);
		vv_buf_putc(&p->out, ':');
		put_json(&p->out, p->stmt, (int)i);
	}
	vv_buf_puts(&p->out, p->form == JSON ? "}" : "}\n");
}

static vv_status flush_rows(vv_sql_rows_printer *p, size_t least, vv_error *err)
{
	vv_status rc = vv_buf_ok(&p->out, err);

	if (rc == VV_OK && p->out.len >= least) {
		vv_out_bytes(vv_buf_cstr(&p->out), p->out.len);
		vv_buf_reset(&p->out);
	}
	return rc;
}

vv_status vv_sql_rows_printer_row(vv_sql_rows_printer *p, vv_error *err)
{
	switch (p->form) {
	case ARROW:
		return sql_arrow_row(p->arrow, err);
	case CSV:
	case TSV:
		put_separated(p);
		break;
	case JSON:
	case NDJSON:
		put_object(p);
		break;
	default:
		put_for_people(p);
	}
	p->count++;
	return flush_rows(p, FLUSH, err);
}

vv_status vv_sql_rows_printer_end(vv_sql_rows_printer *p, vv_error *err)
{
	if (p->arrow) return sql_arrow_end(p->arrow, err);
	if (p->form == JSON) {
		vv_buf_puts(&p->out, p->count == 0 ? "[]\n" : "]\n");
	} else if (p->form == TABLE) {
		align_rows(p);
		put_line(p);
	}
	return flush_rows(p, 0, err);
}

void vv_sql_rows_printer_close(vv_sql_rows_printer *p)
{
	if (p) {
		sql_arrow_close(p->arrow);
		vv_buf_clear_all(&p->out, &p->first);
		vv_free_all(p->widths, p->numbers, p);
	}
}
