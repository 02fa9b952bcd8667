/*
 * check: checks one version of a table against its schema and the project's rules.
 *
 * A correct caller calls vv_check_table for a version, or vv_check_file for a text file that 'varve
 * add' refuses, with a callback for the findings. Then it calls vv_check_result_clear.
 *
 * For each row group, the cache (check/kept/cache.h) stores the number of faults of each kind in its
 * rows, and the hashes of keys. If a version has groups in common with a version that was checked
 * before, only the new groups are read. The findings are the same with and without a cache.
 *
 * Everything is exact: numbers are compared as decimals, dates by their meaning, keys by value. The
 * findings of one rule in one column are ordered by row; findings of different rules or columns are
 * interleaved.
 */
#ifndef VV_CHECK_RULES_CHECK_H
#define VV_CHECK_RULES_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"
#include "check/kept/cache.h"
#include "check/rules/finding.h"
#include "check/rules/readable_rows.h"
#include "check/rules/rules.h"
#include "dataset/schema/pattern.h"

typedef struct vv_schema vv_schema;
typedef struct vv_sniff_hints vv_sniff_hints;
typedef struct vv_source vv_source;
typedef struct vv_table vv_table;

/* Sets *out to the table to which a foreign key refers by the name `resource`, borrowed until the
 * check ends. May set *schema to a schema with which the columns of this table are read, instead of
 * the table's own schema. If it fails with VV_ENOTFOUND (no such resource) or VV_EINPUT (the
 * resource cannot be read as a table), a finding is reported. Any other failure ends the check. */
typedef vv_status (*vv_check_resource_fn)(void *payload, const char *resource, vv_table **out,
					  const vv_schema **schema, vv_error *err);

/* Returns the setting that replaces the setting of type-error for values of a wrong type in a column.
 * NULL: the setting of type-error applies. */
typedef const vv_rule_setting *(*vv_check_type_fn)(void *payload, const char *column);

/* Receives the number of findings like f that were not reported individually, because they exceed
 * the limit. */
typedef vv_status (*vv_check_more_fn)(void *payload, const vv_finding *f, uint64_t count,
				      vv_error *err);

/* An option to check only a share of a version's row groups, for a check in several processes. The
 * faults in single rows are written to *result, and no findings are reported. */
typedef struct vv_check_share {
	uint32_t part, /* number of this share, from 0 */
		parts; /* number of all shares */
	/* receives the result, for vv_check_noted; empty if it cannot be used by another process */
	vv_buf *result;
} vv_check_share;

/* The result of a share (vv_check_share.result), made by another process. */
typedef struct vv_check_noted {
	const char *bytes; /* the content of vv_check_share.result; borrowed */
	size_t len;
} vv_check_noted;

/* A description of how a rule is checked; valid during the call. */
typedef struct vv_check_explained {
	const char *rule; /* the rule's code, or its text in varve.checks */
	const char *name; /* name of a rule of varve.checks; may be NULL */
	/* "row", "table", "group", "past" or "SQL"; "none": the rule cannot be checked */
	const char *scope;
	const char *reads; /* the columns that the rule reads, and of which version */
	uint64_t kept,     /* number of row groups whose results are cached */
		groups;    /* number of all row groups; 0: results are not cached by group */
} vv_check_explained;
/* Receives the description of a rule. */
typedef vv_status (*vv_check_explain_fn)(void *payload, const vv_check_explained *e, vv_error *err);
/* Returns a description of the fault of a condition, made from the error `why` and borrowed from it. If
 * another type of the column would help, the description includes the command that changes the type.
 * path: the table's path. words: writes the command; may be NULL. */
const char *vv_check_why(vv_error *why, const char *path, vv_hint_words_fn words);

/* Appends the names of the fields of s with the count indexes in places, separated by commas, each
 * with the prefix `side`: "id, day" or, with the prefix "old.", "old.id, old.day". */
void vv_check_put_fields(vv_buf *out, const char *side, const vv_schema *s, const size_t *places,
			 size_t count);

/* The options of a check; pointers are borrowed. */
typedef struct vv_check_options {
	const vv_rule_set *rules; /* NULL: the defaults of all rules */
	vv_table *base;           /* the base version for rules of varve.checks; may be NULL */
	const char *path;         /* path for the findings */
	const char *commit;       /* commit for the findings; may be NULL */
	const char *schema; /* JSON of the schema to check against; NULL: the table's own schema */
	size_t schema_len;
	/* file name for findings about the schema, such as "datapackage.json" */
	const char *schema_name;
	/* maximum number of reported findings for each rule and column; 0: no limit */
	uint64_t limit;
	vv_finding_fn finding;         /* receives the findings */
	vv_check_more_fn more;         /* receives numbers of withheld findings; may be NULL */
	vv_check_type_fn type_setting; /* may be NULL; has no effect if type-error is off */
	void *payload;                 /* argument of finding, more, type_setting */
	vv_check_resource_fn resource; /* NULL: no resources */
	void *resource_payload;        /* argument of resource */
	/* limit of steps for matching patterns in all data that is checked together; NULL: only the
	 * limit for each value applies */
	vv_pattern_budget *patterns;
	vv_check_cache *cache; /* NULL: nothing is cached */
	uint64_t memory; /* maximum bytes of keys in memory before the disk is used; 0: 48 MiB */
	/* the cached run of keys leaves out at least this number of the lowest bits of each hash
	 * (check/kept/key_run.h) */
	unsigned left_out;
	const char *temp_dir; /* NULL: /tmp */
	bool sheet;           /* the table is a sheet of a workbook, which may be empty */
	vv_pool *pool;        /* NULL: uses only this thread */
	const vv_progress *progress;
	/* For vv_check_table: the table consists of the readable rows of a file with faults
	 * (readable_rows.h), and line numbers in findings are those of the file. For vv_check_file:
	 * vv_check_table has checked the readable rows, so only the other faults are reported.
	 * NULL: the file was not opened with vv_mend_open */
	const vv_mend *mend;
	vv_hint_words_fn words;      /* writes the suggestions of findings; NULL: no suggestions */
	const vv_check_share *share; /* NULL: the whole version */
	/* results of shares; ignored if their groups, schema or rules are different */
	const vv_check_noted *results;
	size_t result_count;
	/* for vv_check_table: if not NULL, receives the rules as lines of varve.checks, and nothing
	 * is checked */
	vv_buf *spelled;
	/* for vv_check_table: if not NULL, receives each rule, and nothing is checked */
	vv_check_explain_fn explain;
	void *explain_payload; /* argument of explain */
} vv_check_options;

/* The number of findings of a rule in a column. */
typedef struct vv_check_total {
	const vv_rule *rule;
	const char *column; /* name in the schema; NULL: findings about rows or the table */
	vv_severity severity;
	uint64_t found; /* number of findings, reported or not */
	/* number of findings tolerated by `mostly`: not reported, and not counted in `found` */
	uint64_t tolerated;
} vv_check_total;

/* The result of a check. */
typedef struct vv_check_result {
	uint64_t rows,             /* number of rows of the table */
		columns;           /* number of columns of the table */
	uint64_t groups,           /* number of row groups */
		groups_read;       /* number of row groups without a cached result */
	uint64_t errors, warnings; /* numbers of all findings, reported or not */
	/* rules and columns with findings; column is borrowed from `arena` */
	vv_check_total *totals;
	size_t total_count;
	vv_arena arena; /* memory of the members of totals */
} vv_check_result;
void vv_check_result_clear(vv_check_result *r);
VV_AUTO_CLEAR(vv_check_result, vv_check_result_clear)

/* Checks a version by the rules for structure, schema, constraints, keys and rows. Initialises *out.
 * Invalid data is not a failure: the function fails only if the check could not run, for example
 * because a block is missing or a callback failed. */
vv_status vv_check_table(vv_check_result *out, vv_table *t, const vv_check_options *o,
			 vv_error *err);

/* Checks the structure of a text file, and initialises *out. Unlike an import, continues after each
 * fault, except in a JSON array, where it stops after the first fault. hints: the file's format;
 * properties that are not set are detected. To check the readable rows against the schema, use
 * vv_mend_open, vv_import and vv_check_table. */
vv_status vv_check_file(vv_check_result *out, const vv_source *source, const vv_sniff_hints *hints,
			const vv_check_options *o, vv_error *err);

/* Finds the lines of a table's file at which rows begin, for findings of other modules
 * (check/past/base.h). */
typedef struct vv_check_lines vv_check_lines;
/* Opens *out for the table t, which must outlive it. cache: stores the number of lines of each row
 * group; may be NULL. mend: as in vv_check_options; may be NULL. */
vv_status vv_check_lines_open(vv_check_lines **out, vv_table *t, const vv_mend *mend,
			      vv_check_cache *cache, vv_error *err);
/* Sets *line to the number, from 1, of the line at which the row with this number, from 0, begins,
 * or to 0 if the line is unknown. */
vv_status vv_check_line(vv_check_lines *l, uint64_t row, uint64_t *line, vv_error *err);
void vv_check_lines_close(vv_check_lines *l); /* accepts NULL */
VV_AUTO_FREE(vv_check_lines, vv_check_lines_close)

/* Appends the name of the schema's field with this index, as varve.checks has it: in double quotes
 * unless it is a plain word. json: the table is JSON. */
void vv_check_put_column(vv_buf *b, const vv_schema *schema, size_t field, bool json);

#endif
