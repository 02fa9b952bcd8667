/*
 * check: checks one version of a table against its schema and the project's rules.
 *
 * A correct caller: vv_check_table for a version (or vv_check_file for a text file that add
 * refuses) with a callback for the findings; vv_check_result_clear. Findings in single rows are
 * stored for each row group in the cache (cache.h), so that a version that shares groups with one
 * checked before costs only the new groups; the hashes of keys are stored in the same way. The
 * result with a cache and without is the same.
 *
 * Everything is exact: numbers are compared as decimals, dates by their meaning, keys by value. The
 * findings of one rule in one column are ordered by row; those of several are mixed.
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
#include "dataset/read/sniff.h"
#include "dataset/schema/pattern.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"

/* The table of a foreign key's resource, borrowed until the check ends; *schema: the schema of its
 * columns, by their names, if it is not the table's own. VV_ENOTFOUND: no such resource (a
 * finding); any other failure ends the check. A resource that cannot be read as a table: VV_EINPUT
 * (a finding, too). */
typedef vv_status (*vv_check_resource_fn)(void *payload, const char *resource, vv_table **out,
					  const vv_schema **schema, vv_error *err);

/* The setting under which values of another type are found in a column; NULL: that of type-error. */
typedef const vv_rule_setting *(*vv_check_type_fn)(void *payload, const char *column);

/* So many further findings like f, which are not given one by one: those over the limit. */
typedef vv_status (*vv_check_more_fn)(void *payload, const vv_finding *f, uint64_t count,
				      vv_error *err);

/* Checks only a share of a version's row groups: notes faults in their single rows, and reports no findings. */
typedef struct vv_check_share {
	uint32_t part, parts; /* from 0 */
	vv_buf *result;       /* empty where nothing could be noted */
} vv_check_share;

/* A result of a share, as another process had it. */
typedef struct vv_check_noted {
	const char *bytes;
	size_t len;
} vv_check_noted;

/* How a rule is checked. Borrowed, and gone after the call. */
typedef struct vv_check_explained {
	const char *rule;  /* its code, or as varve.checks has it */
	const char *name;  /* of a rule of varve.checks; or NULL */
	const char *scope; /* row, table, group, past, SQL; none: it cannot be checked */
	const char *reads; /* columns, and of what */
	uint64_t kept,
		groups; /* row groups whose results are kept, of all; groups 0: nothing is kept by group */
} vv_check_explained;
typedef vv_status (*vv_check_explain_fn)(void *payload, const vv_check_explained *e, vv_error *err);
/* The fault of a condition, from the error `why`, and the command that changes its column's type, if that
 * helps. */
const char *vv_check_why(vv_error *why, const char *path, vv_hint_words_fn words);

/* Names of the schema's fields at places, each behind side: "id, day", "old.id". */
void vv_check_put_fields(vv_buf *out, const char *side, const vv_schema *s, const size_t *places,
			 size_t count);

typedef struct vv_check_options {
	const vv_rule_set *rules; /* NULL: the default of every rule */
	vv_table *base;           /* what rules of varve.checks call base, or NULL */
	const char *path;         /* of the findings */
	const char *commit;       /* of the findings, or NULL */
	const char *schema;       /* JSON: what to check against; NULL: the table's own */
	size_t schema_len;
	const char *schema_name; /* for findings about it: "datapackage.json" */
	uint64_t limit;          /* findings given of each rule in each column; 0: all */
	vv_finding_fn finding;
	vv_check_more_fn more;         /* may be NULL */
	vv_check_type_fn type_setting; /* may be NULL; not called if type-error is off */
	void *payload;                 /* of these */
	vv_check_resource_fn resource; /* NULL: no resources */
	void *resource_payload;
	/* of all that is checked together; NULL: each value has its own alone */
	vv_pattern_budget *patterns;
	vv_check_cache *cache; /* NULL: nothing is remembered */
	uint64_t memory;       /* bytes for keys before disk; 0: 48 MiB */
	unsigned left_out;     /* bits of their hashes that runs leave out, at least */
	const char *temp_dir;  /* NULL: /tmp */
	bool sheet;            /* of a workbook: it may be empty */
	vv_pool *pool;         /* NULL: this thread only */
	const vv_progress *progress;
	/* vv_check_table: the table is the readable part of a file with faults, and lines are the
	 * file's; vv_check_file: only faults not reported for that table. NULL: neither */
	const vv_mend *mend;
	vv_hint_words_fn words;      /* of what findings suggest; NULL: they suggest nothing */
	const vv_check_share *share; /* NULL: the whole version */
	/* The notes of shares: used if they are of the same groups, schema and rules, else ignored. */
	const vv_check_noted *results;
	size_t result_count;
	vv_buf *spelled; /* vv_check_table: takes the rules as lines of varve.checks; nothing is checked. NULL: none */
	/* vv_check_table: takes the rules; nothing is checked. NULL: none */
	vv_check_explain_fn explain;
	void *explain_payload;
} vv_check_options;

typedef struct vv_check_total {
	const vv_rule *rule;
	const char *column; /* of the schema; NULL: about rows or the table */
	vv_severity severity;
	uint64_t found;
	uint64_t tolerated; /* found, but `mostly` lets them through: not given, not counted */
} vv_check_total;

typedef struct vv_check_result {
	uint64_t rows, columns;
	uint64_t groups, groups_read; /* read: not known from the cache */
	uint64_t errors, warnings;    /* all of them, given or not */
	vv_check_total *totals;       /* those found; column borrowed from `arena` */
	size_t total_count;
	vv_arena arena;
} vv_check_result;
void vv_check_result_clear(vv_check_result *r);
VV_AUTO_CLEAR(vv_check_result, vv_check_result_clear)

/* Checks a version: rules of structure, schema, constraints, keys and rows. out is
 * initialised by the call. Negative: the check could not run (a missing block, a failing
 * callback). Invalid data is not a failure. */
vv_status vv_check_table(vv_check_result *out, vv_table *t, const vv_check_options *o,
			 vv_error *err);

/* Checks the structure of a text file, and continues after each fault; add stops at the first. CSV
 * in the form of the hints (a missing delimiter is detected); NDJSON line by line; of a JSON array
 * only the first fault. Readable rows are checked against the schema by vv_mend_open, vv_import,
 * vv_check_table. */
vv_status vv_check_file(vv_check_result *out, const vv_source *source, const vv_sniff_hints *hints,
			const vv_check_options *o, vv_error *err);

/* Lines of the file (from 1; 0: unknown) at which rows begin: row numbers from 0. Caches its
 * counts; NULL cache: counts again. mend: as in the options. For findings of other modules
 * (check/past/base.h). */
typedef struct vv_check_lines vv_check_lines;
vv_status vv_check_lines_open(vv_check_lines **out, vv_table *t, const vv_mend *mend,
			      vv_check_cache *cache, vv_error *err);
vv_status vv_check_line(vv_check_lines *l, uint64_t row, uint64_t *line, vv_error *err);
void vv_check_lines_close(vv_check_lines *l); /* accepts NULL */
VV_AUTO_FREE(vv_check_lines, vv_check_lines_close)

#endif
