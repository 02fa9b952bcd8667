/*
 * tables: makes tables from text, for tests.
 */
#ifndef VV_TESTS_UNIT_DIFF_TABLES_H
#define VV_TESTS_UNIT_DIFF_TABLES_H

#include "dataset/format/list.h"

typedef struct vv_mem_sink vv_mem_sink;
typedef struct vv_table vv_table;

/* The sink with the blocks of all tables of a test. */
typedef struct vv_tables {
	vv_mem_sink *mem;
	vv_sink sink;
} vv_tables;

void vv_tables_init(vv_tables *t);
void vv_tables_clear(vv_tables *t);

/* How a text is imported. */
typedef struct vv_tables_options {
	bool ndjson;            /* the text is NDJSON; false: CSV */
	const char *schema;     /* a Table Schema; NULL: types are inferred */
	const char *const *key; /* NULL: no key */
	/* the previous version, whose types and row groups are continued; may be NULL */
	const vv_table *parent;
} vv_tables_options;

/* Imports text, and opens the table, which the caller closes. Fails the test if this fails. opts
 * may be NULL. */
void vv_tables_open(vv_tables *t, vv_table *out, const char *text, size_t len,
		    const vv_tables_options *opts);

#endif
