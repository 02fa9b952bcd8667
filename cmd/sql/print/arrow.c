/*
 * arrow: which type of Arrow a column of SQLite has, where each value has a type of its own.
 */
#include "cmd/sql/print/arrow.h"

#include <sqlite3.h>
#include <string.h>

#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "lib/arrow/array.h"
#include "lib/arrow/ipc.h"

#define BATCH_ROWS 65536
#define BATCH_BYTES ((size_t)16 << 20) /* of texts */

typedef enum kind { NONE, INTEGER, REAL, TEXT, BINARY } kind;

static const char *const formats[] =
	{[NONE] = "u", [INTEGER] = "l", [REAL] = "g", [TEXT] = "u", [BINARY] = "z"};

typedef struct column {
	kind kind; /* NONE: no value yet */
	vv_arrow_memory valid, values, offsets;
	uint64_t nulls;
} column;

struct vv_sql_arrow {
	sqlite3_stmt *stmt;
	size_t count;
	column *columns;
	size_t rows, bytes; /* of the batch at hand */
	uint64_t before;    /* rows of others */
	bool begun;         /* the schema is written, types stay */
	vv_arrow_ipc ipc;
};

static vv_status put_bytes(void *payload VV_UNUSED, const void *bytes, size_t len,
			   vv_error *err VV_UNUSED)
{
	vv_out_raw(bytes, len);
	return VV_OK;
}

vv_status vv_sql_arrow_open(vv_sql_arrow **out, sqlite3_stmt *stmt, vv_error *err)
{
	vv_sql_arrow *a = vv_calloc(1, sizeof(*a));

	*out = a;
	if (!a) return vv_fail_nomem(err);
	a->stmt = stmt;
	a->count = (size_t)sqlite3_column_count(stmt);
	a->columns = vv_calloc(a->count + 1, sizeof(*a->columns));
	return a->columns ? VV_OK : vv_fail_nomem(err);
}

/* ---- values ---- */

static bool append(vv_arrow_memory *m, const void *bytes, size_t len)
{
	if (!vv_arrow_room(m, len)) return false;
	if (len > 0) {
		memcpy(m->bytes + m->len, bytes, len);
	}
	m->len += len;
	return true;
}

static bool append_zeros(vv_arrow_memory *m, size_t len)
{
	if (!vv_arrow_room(m, len)) return false;
	if (len > 0) {
		memset(m->bytes + m->len, 0, len);
	}
	m->len += len;
	return true;
}

static bool is_number(kind k)
{
	return k == INTEGER || k == REAL;
}

/* Where the text of the next row begins. */
static bool append_offset(column *c)
{
	int32_t end = (int32_t)c->values.len;

	return append(&c->offsets, &end, sizeof(end));
}

/* The first value: the rows before have none. */
static bool begin_column(column *c, kind k, size_t rows)
{
	c->kind = k;
	if (is_number(k)) return append_zeros(&c->values, rows * sizeof(int64_t));
	return append_zeros(&c->offsets, (rows + 1) * sizeof(int32_t));
}

static void widen(column *c, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		char *at = c->values.bytes + i * sizeof(double);
		int64_t n;

		memcpy(&n, at, sizeof(n));
		double d = (double)n;
		memcpy(at, &d, sizeof(d));
	}
	c->kind = REAL;
}

static bool append_value(column *c, sqlite3_stmt *stmt, int i)
{
	if (c->kind == INTEGER) {
		int64_t n = sqlite3_column_int64(stmt, i);

		return append(&c->values, &n, sizeof(n));
	}
	if (c->kind == REAL) {
		double d = sqlite3_column_double(stmt, i);

		return append(&c->values, &d, sizeof(d));
	}
	return append(&c->values, sqlite3_column_blob(stmt, i),
		      (size_t)sqlite3_column_bytes(stmt, i)) &&
	       append_offset(c);
}

static bool append_null(column *c)
{
	c->nulls++;
	return c->kind == NONE      ? true
	       : is_number(c->kind) ? append_zeros(&c->values, sizeof(int64_t))
				    : append_offset(c);
}

static bool mark(column *c, size_t row, bool valid)
{
	if (row % 8 == 0 && !append_zeros(&c->valid, 1)) return false;
	c->valid.bytes[row / 8] = (char)(c->valid.bytes[row / 8] | valid << row % 8);
	return true;
}

static vv_status refuse(const vv_sql_arrow *a, int i, vv_error *err)
{
	const char *name = sqlite3_column_name(a->stmt, i);

	vv_fail(err, VV_EUSAGE, "column '%s' of the result has values of several types: see row %s",
		vv_text_shows(name ? name : ""), vv_text_count(a->before + a->rows + 1));
	return vv_hint(err, "CAST it to one type in the query");
}

static vv_status put_cell(vv_sql_arrow *a, int i, vv_error *err)
{
	static const kind kinds[] = {[SQLITE_INTEGER] = INTEGER,
				     [SQLITE_FLOAT] = REAL,
				     [SQLITE_TEXT] = TEXT,
				     [SQLITE_BLOB] = BINARY};
	column *c = &a->columns[i];
	int type = sqlite3_column_type(a->stmt, i);
	bool null = type == SQLITE_NULL;

	if (!null && kinds[type] == TEXT &&
	    !vv_utf8_valid(sqlite3_column_blob(a->stmt, i),
			   (size_t)sqlite3_column_bytes(a->stmt, i))) {
		return refuse(a, i, err);
	}
	if (!null && c->kind == NONE && !begin_column(c, kinds[type], a->rows)) {
		return vv_fail_nomem(err);
	}
	if (!null && kinds[type] == REAL && c->kind == INTEGER && !a->begun) {
		widen(c, a->rows);
	}
	if (!null && kinds[type] != c->kind && !(kinds[type] == INTEGER && c->kind == REAL)) {
		return refuse(a, i, err);
	}
	bool done = null ? append_null(c) : append_value(c, a->stmt, i);
	a->bytes += null || is_number(c->kind) ? 0 : (size_t)sqlite3_column_bytes(a->stmt, i);
	return done && mark(c, a->rows, !null) ? VV_OK : vv_fail_nomem(err);
}

/* ---- batches ---- */

/* Of a column that has no value yet. */
static kind declared(sqlite3_stmt *stmt, int i)
{
	const char *type = sqlite3_column_decltype(stmt, i);

	return !type                                   ? TEXT
	       : sqlite3_stricmp(type, "INTEGER") == 0 ? INTEGER
	       : sqlite3_stricmp(type, "REAL") == 0    ? REAL
						       : TEXT;
}

static vv_status begin(vv_sql_arrow *a, vv_error *err)
{
	struct ArrowSchema schema;

	a->begun = true;
	if (!vv_arrow_schema(&schema, "+s", "", false, a->count)) return vv_fail_nomem(err);
	for (size_t i = 0; i < a->count; i++) {
		const char *name = sqlite3_column_name(a->stmt, (int)i);
		column *c = &a->columns[i];

		if ((c->kind == NONE && !begin_column(c, declared(a->stmt, (int)i), a->rows)) ||
		    !vv_arrow_schema(schema.children[i], formats[c->kind], name ? name : "", true,
				     0)) {
			schema.release(&schema);
			return vv_fail_nomem(err);
		}
	}
	return vv_arrow_ipc_begin(&a->ipc, &schema, put_bytes, NULL, err);
}

static bool give_column(struct ArrowArray *out, column *c, size_t rows)
{
	bool texts = !is_number(c->kind);

	if (!vv_arrow_array(out, rows, c->nulls, texts ? 3 : 2, 0)) return false;
	if (c->nulls > 0) {
		vv_arrow_give(out, 0, &c->valid);
	}
	vv_arrow_drop(&c->valid);
	if (texts) {
		vv_arrow_give(out, 1, &c->offsets);
	}
	vv_arrow_give(out, texts ? 2 : 1, &c->values);
	c->nulls = 0;
	return true;
}

static vv_status write_batch(vv_sql_arrow *a, vv_error *err)
{
	struct ArrowArray all;
	vv_status rc = a->begun ? VV_OK : begin(a, err);

	if (rc < 0 || a->rows == 0) return rc;
	if (!vv_arrow_array(&all, a->rows, 0, 1, a->count)) return vv_fail_nomem(err);
	for (size_t i = 0; i < a->count && rc == VV_OK; i++) {
		rc = give_column(all.children[i], &a->columns[i], a->rows) ? VV_OK
									   : vv_fail_nomem(err);
	}
	if (rc == VV_OK) {
		rc = vv_arrow_ipc_put(&a->ipc, &all, err);
	}
	all.release(&all);
	a->before += a->rows;
	a->rows = a->bytes = 0;
	for (size_t i = 0; i < a->count && rc == VV_OK; i++) {
		column *c = &a->columns[i];

		rc = is_number(c->kind) || append_zeros(&c->offsets, sizeof(int32_t))
			     ? VV_OK
			     : vv_fail_nomem(err);
	}
	return rc;
}

vv_status vv_sql_arrow_row(vv_sql_arrow *a, vv_error *err)
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

vv_status vv_sql_arrow_end(vv_sql_arrow *a, vv_error *err)
{
	vv_status rc = write_batch(a, err);

	return rc < 0 ? rc : vv_arrow_ipc_end(&a->ipc, err);
}

void vv_sql_arrow_close(vv_sql_arrow *a)
{
	if (a) {
		vv_arrow_ipc_clear(&a->ipc);
		for (size_t i = 0; a->columns && i < a->count; i++) {
			vv_arrow_drop(&a->columns[i].valid);
			vv_arrow_drop(&a->columns[i].values);
			vv_arrow_drop(&a->columns[i].offsets);
		}
		vv_free(a->columns);
		vv_free(a);
	}
}
