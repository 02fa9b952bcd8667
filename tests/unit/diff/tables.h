/*
 * tables: tables made of text, for tests.
 */
#ifndef VV_TESTS_UNIT_DIFF_TABLES_H
#define VV_TESTS_UNIT_DIFF_TABLES_H

#include "dataset/format/mem_sink.h"
#include "dataset/table/table.h"

/* Blocks of all tables of a test. */
typedef struct vv_tables {
	vv_mem_sink *mem;
	vv_sink sink;
} vv_tables;

void vv_tables_init(vv_tables *t);
void vv_tables_clear(vv_tables *t);

/* How a text is read. */
typedef struct vv_tables_options {
	bool ndjson;
	const char *schema;     /* NULL: found out */
	const char *const *key; /* NULL: none */
	const vv_table *parent; /* whose types and cuts are kept; may be NULL */
} vv_tables_options;

/* Opens text as a table; fails the test when it is none. opts may be NULL. */
void vv_tables_open(vv_tables *t, vv_table *out, const char *text, size_t len,
		    const vv_tables_options *opts);

#endif
