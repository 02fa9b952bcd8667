/*
 * push: how SQLite compares (sqlite.org/datatype3.html, 4), and how varve does.
 *
 * A column of numbers has a numeric affinity: a text on the other side that looks like a number becomes one, any other
 * sorts after all numbers. A column of texts has the affinity TEXT; where the other side is a column of numbers, that is
 * stronger, and the texts are converted: therefore only constants and parameters are compared as texts here, and in a
 * join only for equality with texts without digits.
 */
#include "cmd/sql/vtab/push.h"

#include <math.h>
#include <sqlite3ext.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/name.h"
#include "cmd/sql/vtab/value.h"
SQLITE_EXTENSION_INIT3

#define DAY_LEN 10 /* 2026-11-17 */

bool vv_sql_push_is_equal(int op)
{
	return op == SQLITE_INDEX_CONSTRAINT_EQ || op == SQLITE_INDEX_CONSTRAINT_IS;
}

bool vv_sql_push_may(const vv_sql_opened *of, size_t column, int op)
{
	const varve_column *c = varve_table_column(of->table, column);
	/* ISNOTNULL is left to SQLite: up to 3.40 it is also pushed to the left table of a LEFT JOIN whose ON has
	 * it. */
	bool missing = op == SQLITE_INDEX_CONSTRAINT_ISNULL;
	bool compares = vv_sql_push_is_equal(op) || op == SQLITE_INDEX_CONSTRAINT_LT ||
			op == SQLITE_INDEX_CONSTRAINT_LE || op == SQLITE_INDEX_CONSTRAINT_GT ||
			op == SQLITE_INDEX_CONSTRAINT_GE;

	if (varve_table_find_column(of->table, c->name) != (int32_t)column) {
		return false; /* another column has the name, too */
	}
	switch (c->type) {
	case VARVE_TYPE_INTEGER:
	case VARVE_TYPE_STRING:
	case VARVE_TYPE_DATE:
	case VARVE_TYPE_DATETIME:
		return compares || missing;
	case VARVE_TYPE_NUMBER:
		return (compares && of->columns[column].class == VV_CLASS_REAL) || missing;
	default:
		return missing;
	}
}

/* A text that is not a value of the column's type is not tested: varve would refuse it. Numbers are written as in JSON,
 * since the column's own marks may give the same digits another meaning. */
static int add_text(vv_sql_push *p, size_t column, int op, const char *text, size_t len,
		    varve_error *err)
{
	varve_cell cell = {.len = (uint32_t)len,
			   .state = p->of->columns[column].class == VV_CLASS_TEXT
					    ? VARVE_CELL_TEXT
					    : VARVE_CELL_LITERAL};
	const bool is_value = op != VARVE_TEST_IS && op < VARVE_TEST_NULL;
	varve_value v;
	int rc = 0;

	if (len > UINT32_MAX || p->count == VV_PUSH_MOST) return 0;
	vv_auto_sqlite char *copy = sqlite3_malloc64(len + 1);
	if (!copy) return vv_sql_error_memory(err);
	memcpy(copy, text, len);
	copy[len] = '\0';
	cell.text = copy;
	if (is_value && ((rc = varve_table_value(&v, p->of->table, column, &cell, err)) < 0 ||
			 v.kind == VARVE_VALUE_NULL || v.kind == VARVE_VALUE_MISFIT)) {
		return rc;
	}
	p->tests[p->count] = (varve_test){.column = varve_table_column(p->of->table, column)->name,
					  .op = op,
					  .state = cell.state,
					  .value.data = copy,
					  .value.len = len};
	p->texts[p->count++] = vv_take(&copy);
	return 0;
}

/* A side of the range that a comparison leaves: each is closed, since SQLite looks at its ends again. */
static bool has_low(int op)
{
	return op == SQLITE_INDEX_CONSTRAINT_EQ || op == SQLITE_INDEX_CONSTRAINT_GT ||
	       op == SQLITE_INDEX_CONSTRAINT_GE;
}

static bool has_high(int op)
{
	return op == SQLITE_INDEX_CONSTRAINT_EQ || op == SQLITE_INDEX_CONSTRAINT_LT ||
	       op == SQLITE_INDEX_CONSTRAINT_LE;
}

static int add_range(vv_sql_push *p, size_t column, int op, const char *low, const char *high,
		     varve_error *err)
{
	int rc = has_low(op) ? add_text(p, column, VARVE_TEST_FROM, low, strlen(low), err) : 0;

	return rc == 0 && has_high(op)
		       ? add_text(p, column, VARVE_TEST_UP_TO, high, strlen(high), err)
		       : rc;
}

static int compare_ints(vv_sql_push *p, size_t column, int op, sqlite3_int64 low,
			sqlite3_int64 high, varve_error *err)
{
	char least[VV_VALUE_OWN], most[VV_VALUE_OWN];

	(void)snprintf(least, sizeof(least), "%lld", low);
	(void)snprintf(most, sizeof(most), "%lld", high);
	return low == high && op == SQLITE_INDEX_CONSTRAINT_EQ
		       ? add_text(p, column, VARVE_TEST_EQUAL, least, strlen(least), err)
		       : add_range(p, column, op, least, most, err);
}

/* Cells are decimals for varve, and their nearest doubles for SQLite: the range is wider by more than half a step
 * between doubles, at both ends. */
static int compare_doubles(vv_sql_push *p, size_t column, int op, double d, varve_error *err)
{
	double low = nextafter(nextafter(d, -INFINITY), -INFINITY),
	       high = nextafter(nextafter(d, INFINITY), INFINITY);
	char least[VV_VALUE_OWN], most[VV_VALUE_OWN];

	if (!isfinite(low) || !isfinite(high)) return 0;
	(void)vv_sql_value_digits(least, low);
	(void)vv_sql_value_digits(most, high);
	return add_range(p, column, op, least, most, err);
}

/* An integer column and a double. */
static int compare_mixed(vv_sql_push *p, size_t column, int op, double d, varve_error *err)
{
	const double most = 9e18;

	return d > -most && d < most ? compare_ints(p, column, op, (sqlite3_int64)floor(d),
						    (sqlite3_int64)ceil(d), err)
				     : 0;
}

static int compare_number(vv_sql_push *p, size_t column, int op, sqlite3_value *number,
			  varve_error *err)
{
	bool integer = p->of->columns[column].class == VV_CLASS_INTEGER;

	switch (sqlite3_value_numeric_type(number)) {
	case SQLITE_INTEGER:
		return integer ? compare_ints(p, column, op, sqlite3_value_int64(number),
					      sqlite3_value_int64(number), err)
			       : compare_doubles(p, column, op, (double)sqlite3_value_int64(number),
						 err);
	case SQLITE_FLOAT:
		return integer ? compare_mixed(p, column, op, sqlite3_value_double(number), err)
			       : compare_doubles(p, column, op, sqlite3_value_double(number), err);
	default:
		return 0;
	}
}

/* A text that looks like a number is one here. A copy is converted, since conversion changes the value, which another
 * comparison may use too. */
static int compare_numbers(vv_sql_push *p, size_t column, int op, sqlite3_value *value,
			   varve_error *err)
{
	sqlite3_value *copy;

	if (sqlite3_value_type(value) != SQLITE_TEXT) {
		return compare_number(p, column, op, value, err);
	}
	if (!(copy = sqlite3_value_dup(value))) return vv_sql_error_memory(err);
	int rc = compare_number(p, column, op, copy, err);
	sqlite3_value_free(copy);
	return rc;
}

/* Could SQLite read it as a number? */
static bool may_be_number(const char *text, size_t len)
{
	return vv_array_find(text, len, c, *c >= '0' && *c <= '9');
}

/* Dates and datetimes, as varve compares them, too. Ranges are closed: SQLite looks at their ends again. */
static int compare_times(vv_sql_push *p, size_t column, int op, const char *text, size_t len,
			 varve_error *err)
{
	const varve_column *c = varve_table_column(p->of->table, column);
	vv_sql_time t;

	if (strcmp(c->format, "default") != 0 || !vv_sql_time_read(&t, text, len) ||
	    (c->type == VARVE_TYPE_DATE && len != DAY_LEN)) {
		return 0;
	}
	vv_auto_sqlite char *value = c->type == VARVE_TYPE_DATE
					     ? sqlite3_mprintf("%.*s", DAY_LEN, text)
					     : sqlite3_mprintf("%s%.*sZ", t.head, (int)t.tail_len,
							       t.tail);
	if (!value) return vv_sql_error_memory(err);
	return add_text(p, column,
			op == SQLITE_INDEX_CONSTRAINT_EQ ? VARVE_TEST_EQUAL
			: has_low(op)                    ? VARVE_TEST_FROM
							 : VARVE_TEST_UP_TO,
			value, strlen(value), err);
}

static int compare_texts(vv_sql_push *p, size_t column, int op, sqlite3_value *value, bool literal,
			 varve_error *err)
{
	const char *text;

	/* Asking for the text of anything else would make a text of it. */
	if (sqlite3_value_type(value) != SQLITE_TEXT) return 0;
	if (!(text = (const char *)sqlite3_value_text(value))) return vv_sql_error_memory(err);
	size_t len = (size_t)sqlite3_value_bytes(value);
	if (!literal && (op != SQLITE_INDEX_CONSTRAINT_EQ || may_be_number(text, len))) return 0;
	if (varve_table_column(p->of->table, column)->type != VARVE_TYPE_STRING) {
		return compare_times(p, column, op, text, len, err);
	}
	switch (op) {
	case SQLITE_INDEX_CONSTRAINT_EQ:
		return add_text(p, column, VARVE_TEST_IS, text, len, err);
	case SQLITE_INDEX_CONSTRAINT_LT:
		return add_text(p, column, VARVE_TEST_BELOW, text, len, err);
	case SQLITE_INDEX_CONSTRAINT_LE:
		return add_text(p, column, VARVE_TEST_UP_TO, text, len, err);
	case SQLITE_INDEX_CONSTRAINT_GT:
		return add_text(p, column, VARVE_TEST_ABOVE, text, len, err);
	default:
		return add_text(p, column, VARVE_TEST_FROM, text, len, err);
	}
}

int vv_sql_push_add(vv_sql_push *p, size_t column, int op, sqlite3_value *value, bool literal,
		    varve_error *err)
{
	const bool null = sqlite3_value_type(value) == SQLITE_NULL;

	if (op == SQLITE_INDEX_CONSTRAINT_ISNULL || (op == SQLITE_INDEX_CONSTRAINT_IS && null)) {
		return add_text(p, column, VARVE_TEST_NO_VALUE, "", 0, err);
	}
	op = op == SQLITE_INDEX_CONSTRAINT_IS ? SQLITE_INDEX_CONSTRAINT_EQ : op;
	if (null) {
		p->none = true; /* no comparison with NULL is true */
		return 0;
	}
	return p->of->columns[column].class == VV_CLASS_TEXT
		       ? compare_texts(p, column, op, value,
				       literal || sqlite3_value_frombind(value), err)
		       : compare_numbers(p, column, op, value, err);
}

/* Is a value of the list one that the column's cells are compared with as numbers? */
static bool is_number(sqlite3_value *v)
{
	return sqlite3_value_type(v) == SQLITE_INTEGER || sqlite3_value_type(v) == SQLITE_FLOAT;
}

int vv_sql_push_add_list(vv_sql_push *p, size_t column, sqlite3_value *list, varve_error *err)
{
	bool any = false;
	double low = 0, high = 0;
	sqlite3_value *v = NULL;
	int rc = sqlite3_vtab_in_first(list, &v);

	if (p->of->columns[column].class == VV_CLASS_TEXT) return 0;
	for (; rc == SQLITE_OK && v; rc = sqlite3_vtab_in_next(list, &v)) {
		double d = sqlite3_value_double(v);

		if (sqlite3_value_type(v) == SQLITE_NULL) {
			continue;
		}
		if (!is_number(v)) return 0;
		low = !any || d < low ? d : low;
		high = !any || d > high ? d : high;
		any = true;
	}
	if (rc != SQLITE_OK && rc != SQLITE_DONE) {
		return rc == SQLITE_NOMEM ? vv_sql_error_memory(err) : 0;
	}
	if (!any) {
		p->none = true;
		return 0;
	}
	if (p->of->columns[column].class == VV_CLASS_INTEGER) {
		/* Integers beyond 2^53 are not exact here: a step of doubles on each side includes
		 * them. */
		low = nextafter(low, -INFINITY);
		high = nextafter(high, INFINITY);
		rc = compare_mixed(p, column, SQLITE_INDEX_CONSTRAINT_GE, low, err);
		return rc < 0 ? rc
			      : compare_mixed(p, column, SQLITE_INDEX_CONSTRAINT_LE, high, err);
	}
	rc = compare_doubles(p, column, SQLITE_INDEX_CONSTRAINT_GE, low, err);
	return rc < 0 ? rc : compare_doubles(p, column, SQLITE_INDEX_CONSTRAINT_LE, high, err);
}

void vv_sql_push_clear(vv_sql_push *p)
{
	while (p->count > 0) {
		sqlite3_free(p->texts[--p->count]);
	}
}
