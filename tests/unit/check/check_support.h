/*
 * check_support: checks a text against a schema, and writes the findings as lines of text.
 */
#ifndef VV_TESTS_UNIT_CHECK_CHECK_SUPPORT_H
#define VV_TESTS_UNIT_CHECK_CHECK_SUPPORT_H

#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "check/rules/check.h"
#include "dataset/table/import.h"
#include "dataset/table/import_options.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"

static inline int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Replaces \xHH, \t, \n and \<character> in s by the bytes that they stand for. Returns the new
 * length. */
static inline size_t unescape(char *s)
{
	char *to = s;

	for (char *p = s; *p; p++) {
		if (*p != '\\') {
			*to++ = *p;
		} else if (*++p == 'x') {
			*to++ = (char)(hex(p[1]) * 16 + hex(p[2]));
			p += 2;
		} else {
			*to++ = (char)(*p == 't' ? '\t' : *p == 'n' ? '\n' : *p);
		}
	}
	*to = '\0';
	return (size_t)(to - s);
}

/* Cuts a line at its tabs into `count` parts, which point into the line. Fails the test if the line
 * has another number of parts. Returns false if the line is a comment ("#..."). */
static inline bool cut(char **parts, size_t count, char *line)
{
	if (*line == '#') return false;
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < count; i++) {
		char *tab = strchr(line, '\t');

		assert_true((tab != NULL) == (i + 1 < count));
		parts[i] = line;
		if (tab) {
			*tab = '\0';
			line = tab + 1;
		}
	}
	return true;
}

/* A table made from text. mem has its blocks; NULL: the blocks are in another sink, given by the
 * caller. */
typedef struct tabled {
	vv_mem_sink *mem;
	vv_sink sink;
	vv_import_result import;
	vv_table table;
} tabled;

/* Makes *t from text, the content of a file called name. parent: the table's previous version, or
 * NULL. mem: the sink to put the blocks into; NULL: a new sink, which table_gone frees. */
static inline void table_of(tabled *t, const char *text, size_t len, const char *name,
			    const vv_root *parent, vv_mem_sink *mem)
{
	static const char *const no_key[] = {NULL};
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT, .key = no_key, .parent = parent};
	vv_mem_source storage;
	vv_source source;
	vv_error err;

	memset(t, 0, sizeof(*t));
	o.temp_dir = vv_test_dir();
	if (strstr(name, ".csv")) { /* not guessed: a first row of data would be taken for none */
		o.hints.header = 1;
		o.hints.delimiter = ',';
		o.hints.has_form = true;
	}
	if (mem) {
		vv_mem_sink_use(&t->sink, mem);
	} else {
		vv_assert_ok(vv_mem_sink_new(&t->mem, NULL, NULL, &err), &err);
		vv_mem_sink_use(&t->sink, t->mem);
	}
	vv_source_mem(&source, &storage, text, len, name);
	vv_assert_ok(vv_import(&t->import, &source, &t->sink, &o, &err), &err);
	vv_assert_ok(vv_table_open(&t->table, &t->sink, &t->import.cid, &err), &err);
}

static inline void table_gone(tabled *t)
{
	vv_table_close(&t->table);
	vv_import_result_clear(&t->import);
	vv_mem_sink_free(t->mem);
}

/* A callback: appends the line "rule line row column value | message | expected" to the payload, a
 * vv_buf. A part that is NULL is "-". */
static inline vv_status write_finding(void *payload, const vv_finding *f, vv_error *err)
{
	vv_buf *out = payload;

	vv_buf_printf(out, "%s %llu %llu %s ", f->rule, (unsigned long long)f->line,
		      (unsigned long long)f->row, f->column ? f->column : "-");
	if (f->value) {
		vv_buf_put(out, f->value, f->value_len);
	} else {
		vv_buf_putc(out, '-');
	}
	vv_buf_printf(out, " | %s | %s\n", f->message, f->expected ? f->expected : "-");
	assert_int_not_equal(f->severity, VV_SEVERITY_OFF);
	return vv_buf_ok(out, err);
}

/* A callback: appends the line "rule column and COUNT more" to the payload, a vv_buf. */
static inline vv_status write_more(void *payload, const vv_finding *f, uint64_t count,
				   vv_error *err)
{
	vv_buf *out = payload;

	vv_buf_printf(out, "%s %s and %llu more\n", f->rule, f->column ? f->column : "-",
		      (unsigned long long)count);
	return vv_buf_ok(out, err);
}

/* Checks the table t against the text schema (NULL: no schema), and appends the lines of the
 * findings to out. Sets *result, which the caller clears; result may be NULL. options may be
 * NULL. */
static inline void check_into(vv_buf *out, vv_check_result *result, vv_table *t, const char *schema,
			      const vv_check_options *options)
{
	vv_check_options o = options ? *options : (vv_check_options){.limit = 0};
	vv_check_result own;
	vv_error err;

	o.finding = write_finding;
	o.more = write_more;
	o.payload = out;
	o.path = o.path ? o.path : "t.csv";
	o.temp_dir = vv_test_dir();
	if (schema) {
		o.schema = schema;
		o.schema_len = strlen(schema);
		o.schema_name = "schema.json";
	}
	vv_assert_ok(vv_check_table(result ? result : &own, t, &o, &err), &err);
	if (!result) {
		vv_check_result_clear(&own);
	}
	vv_assert_ok(vv_buf_ok(out, &err), &err);
}

static inline int line_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts the lines of b. With little memory, the findings of a rule come in several parts, in an
 * order that depends on the parts. */
static inline void sort_lines(vv_buf *b)
{
	vv_buf sorted = VV_BUF_INIT;
	char **lines = vv_calloc(b->len + 1, sizeof(*lines));
	size_t count = 0;

	assert_non_null(lines);
	for (char *at = b->len > 0 ? b->data : NULL, *end; at && *at; at = end + 1) {
		end = strchr(at, '\n');
		*end = '\0';
		lines[count++] = at;
	}
	qsort(lines, count, sizeof(*lines), line_order);
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(&sorted, "%s\n", lines[i]);
	}
	vv_free(lines);
	vv_buf_clear(b);
	*b = sorted;
}

#endif
