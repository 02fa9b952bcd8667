/*
 * import_state: one import under way. Private to dataset/table.
 */
#ifndef VV_DATASET_TABLE_IMPORT_STATE_H
#define VV_DATASET_TABLE_IMPORT_STATE_H

#include "base/arena.h"
#include "base/auto.h"
#include "dataset/format/cut.h"
#include "dataset/format/facts.h"
#include "dataset/format/group.h"
#include "dataset/format/row_write.h"
#include "dataset/read/file_text.h"
#include "dataset/read/scan.h"
#include "dataset/read/window.h"
#include "dataset/schema/infer.h"
#include "dataset/schema/key.h"
#include "dataset/schema/schema.h"
#include "dataset/table/import_options.h"
#include "dataset/table/table.h"

struct row_sorter;

/* The additional state of an import for key order (import_sorted.c): NULL otherwise. */
typedef struct import_sorting {
	struct row_sorter
		*sorter;     /* gets the lines; NULL: the groups are those of the sorted file */
	bool by_key;         /* by the key's columns, not by the previous ones */
	const vv_root *near; /* a version with similar lists; or NULL */
	/* once rows are read */
	size_t columns[VV_SORTED_BY_MAX];
	char **names; /* of these, owned by the caller */
	size_t count;
	uint64_t lines; /* sum of sorted_line_hash of all that the sorter got */
	bool unfit;     /* the import failed since the file cannot be stored so; the message has the
		     * reason */
} import_sorting;

static inline uint64_t sorted_line_hash(const char *line, size_t len, uint64_t place)
{
	return vv_xxh3(line, len, place);
}

/* Scratch of one thread. */
typedef struct import_worker {
	vv_group_encoder *encoder;
	vv_row_writer *writer;
	size_t writer_columns;
	vv_row_writer *namer; /* with import.in_file: writes the text that a group is named by */
	vv_buf block, line;
	vv_facts facts;
	vv_infer *infer; /* one for each column */
	size_t infer_count;
	bool *doubtful; /* for each column: may a cell of the group contradict its type? */
	size_t doubtful_count;
	vv_cell *outs; /* cells that are out of line during an encoding */
	size_t *out_places;
	size_t out_count, out_cap, place_cap;
	vv_batch batch; /* a group made again, */
	vv_buf lines;   /* and its lines */
	unsigned wary;  /* number of further groups in which quirks are searched at once */
} import_worker;

/* The first contradiction in a column, and how many. */
typedef struct import_misfit {
	size_t column;
	size_t row;   /* in the group */
	size_t at;    /* of the row in raw */
	vv_type type; /* the type that it should have */
	uint64_t count;
	bool code; /* one has a leading zero */
	char *value;
} import_misfit;

/* One group on its way through a thread. */
typedef struct group_job {
	vv_job job;
	struct import *im;
	vv_slab *slab;
	const char *raw;
	size_t raw_len;
	uint64_t offset; /* of raw in the input */
	vv_cell *cells;  /* rows x stride */
	size_t cell_cap; /* cells that fit */
	vv_row *rows;    /* start and end relative to raw */
	size_t row_cap;
	size_t row_count, columns, stride;
	vv_arena arena; /* decoded cells */
	bool last;      /* the file's last rows */
	bool cut;       /* ended by a cut */
	bool known;     /* complete: entry and items are set */
	vv_buf given;   /* raw, where no window has it, and a byte of what follows */
	vv_cid base;    /* null: no base */
	/* results */
	vv_status status;
	vv_error err;
	vv_cid cid;
	vv_scan_entry entry;
	vv_buf data_item, layout_item, facts_item;
	vv_infer *types; /* one for each column, with keep_types */
	size_t type_count;
	uint64_t irregular;
	size_t irregular_at;     /* of the first one, in raw */
	uint64_t irregular_line; /* likewise, if the source cannot determine lines */
	vv_buf sort_keys;        /* of all rows, one after the other, with import.sorting */
	size_t *sort_ends;       /* where each ends */
	size_t sort_cap;
	uint64_t short_rows;   /* CSV: with fewer cells than there are columns */
	size_t short_at;       /* of the first one, in raw */
	uint64_t lines;        /* before raw, as far as import.lines is kept */
	uint64_t short_line;   /* of the first short row, likewise, when that is not 0 */
	bool breaks;           /* CSV: a cell has a line feed */
	uint64_t marked_rows;  /* with NUL, or a byte order mark inside */
	size_t marked_at;      /* the first one, in raw */
	uint64_t marked_line;  /* likewise, as short_line */
	uint64_t foreign_rows; /* with text that is not UTF-8 */
	size_t foreign_at,
		foreign_column; /* the first such text: its row in raw; SIZE_MAX: between cells */
	uint64_t foreign_line;  /* likewise */
	const char *foreign_in; /* its likely encoding */
	uint64_t *hashes[2];    /* of the key candidates */
	size_t hash_cap;
	bool key_hole[2]; /* a row without key value */
	import_misfit *misfits;
	size_t misfit_count;
	bool lost;          /* the stored form does not reproduce raw: */
	size_t lost_at;     /* the first row that differs, in raw */
	uint64_t lost_line; /* likewise, if the source cannot determine lines */
} group_job;

#define IMPORT_JOBS 12
#define IMPORT_PROOFS 2

typedef struct import {
	const vv_source *source;
	const vv_sink *sink;
	const vv_import_options *opts;
	vv_import_result *out;
	import_sorting *sorting;
	vv_window *window; /* NULL: the groups are given */
	uint64_t given_bytes;
	vv_pool *pool;
	vv_pool *own_pool;

	/* the rows' dialect */
	vv_dialect dialect;
	vv_sniff_result sniffed;
	vv_buf tail_warnings; /* of lines below a CSV */
	vv_scan *scan;
	vv_arena names_arena;
	/* of CSV as many places as columns, else VV_COLUMNS_MAX; those below `columns` are set and never move */
	const char **names;
	size_t *name_lens;
	size_t columns;
	vv_cut_params params;
	vv_cut cut;
	vv_schema parent_schema; /* types that the cells are compared with */
	/* for each of the first field_count columns its field there, or -1 */
	long *fields;
	size_t field_count;
	/* parent's column at the same place that this one replaces, or -1 */
	long *renamed_from;

	/* keys being proved */
	vv_key_candidate candidates[IMPORT_PROOFS];
	size_t candidate_count;
	vv_key_proof *proofs[IMPORT_PROOFS];
	bool holes[IMPORT_PROOFS];
	uint64_t key_seed;

	/* the version before */
	struct old_groups *old;

	/* lists being built */
	vv_list_builder *data, *layout, *facts;
	vv_xxh3_state *hash;
	uint64_t rows, most_rows;        /* of all; of one group */
	uint64_t raw_bytes;              /* of all groups */
	uint64_t lines;                  /* after the window, if the source cannot determine them */
	uint64_t short_at, short_line;   /* where the first short row begins, when out counts any */
	uint64_t marked_at, marked_line; /* the same of rows with NUL or a byte order mark */
	uint64_t foreign_at, foreign_line; /* the same of text that is not UTF-8 */
	size_t foreign_column;
	const char *foreign_in;
	bool need_infer;
	bool new_columns;    /* some have no type yet: all rows must be read */
	bool in_file;        /* groups are named, not all are encoded */
	bool named_by_bytes; /* then: a group of plain rows is named by its bytes */
	bool final_newline;  /* of the last row so far */

	/* threads */
	import_worker *workers;
	size_t worker_count;
	group_job jobs[IMPORT_JOBS];
	size_t job_head,
		job_tail; /* head: next to collect; tail: next to fill; 0 before the first group */
	/* the newest job, which was not passed to a thread yet: if it is waited for at once, no thread is needed */
	group_job *kept;
} import;

/* import_schema.c */

/* Names, cut, types, key before the rows; schema and key after. */
vv_status import_columns_set(import *im, vv_error *err);
vv_status import_columns_grow(import *im, vv_error *err); /* JSON: new members were met */
vv_status import_choose(import *im, vv_error *err);       /* cut parameters and key candidates */
/* With sorting: the columns by which rows are sorted; fails with unfit if they are missing. */
vv_status import_sort_columns(import *im, vv_error *err);
/* For key order of a table without a key: returns VV_EUSAGE. */
vv_status import_refuse_keyless(const vv_source *source, const vv_sink *sink, bool is_new,
				vv_error *err);
vv_status import_finish_schema(import *im, vv_error *err);
/* import_types.c */

/* The observations of all threads on a column's values. */
vv_infer import_verdict(const import *im, size_t column);
/* The column's field in the previous version; NULL: the column is new. */
const vv_field *import_field_before(const import *im, size_t column);
/* The place that a column of the parent has now; SIZE_MAX: it is gone. */
size_t import_place_of_old(const import *im, const char *name);
/* Are the columns, in their order, named as those of the schema? */
bool import_has_labels(const import *im, const vv_schema *s);
/* Are types that were inferred for the previous version replaced if values contradict them? */
bool import_types_give_way(const import *im);
/* For such a version: may its types change, although no value contradicts them? */
bool import_types_may_narrow(const import *im);
/* May the column's type differ from that of the previous version? *narrows: no value contradicts the previous type. */
bool import_type_is_outdated(const import *im, size_t column, const vv_field *f, bool *narrows);
/* The type inferred from all values of the previous version. Boolean, which excludes strings, if they cannot be read, or some
 * have a leading zero: codes stay codes. */
vv_status import_type_before(const import *im, const vv_field *f, vv_type *out, vv_error *err);
/* "zip: '02116' in line 7 has a leading zero: string from now on" */
void import_tell_type(import *im, const vv_new_field *now, size_t column, const vv_field *was);
/* The value that contradicted the old type does not contradict the new one. */
void import_drop_misfit(import *im, size_t column);

/* import_key.c */

vv_status import_finish_key(import *im, vv_error *err);

/* import_group.c */

/* Encodes, checks and stores one group; runs in any thread. */
void import_group_run(vv_job *job, unsigned worker);
void import_worker_clear(import_worker *w);
void import_job_clear(group_job *j);
/* Makes space for a worker's type observations of this number of columns. */
vv_status import_infer_room(import_worker *w, const import *im, size_t columns, vv_error *err);
/* Row ends, as an editor counts its lines. */
uint64_t import_count_lines(const char *bytes, size_t len);

/* import_again.c: proves that the stored form reproduces the input */

/* Are groups of this import made again? Not if nothing is stored. */
bool import_makes_again(const import *im);
/* Compares, when the group's block and items exist; in any thread. j->lost has the result. Does nothing if
 * nothing is stored. */
vv_status import_group_again(import_worker *w, group_job *j, vv_error *err);
/* Refuses a lost job, naming the line. */
vv_status import_refuse_lost(import *im, const group_job *j, vv_error *err);
/* The same of a chunk of a file without rows, which begins the window. */
vv_status import_chunk_again(const import *im, const vv_buf *block, const char *bytes, size_t len,
			     vv_error *err);
/* Does the dialect reproduce the first bytes of the window? Else fails. */
vv_status import_head_again(import *im, size_t head, vv_error *err);
/* Does the file consist of the part before the groups, the groups and the part after them? Else
 * fails. */
vv_status import_whole_again(import *im, vv_error *err);

/* import_rows.c: rows become groups */

/* All groups of the window, or of opts->groups; all are collected. */
vv_status import_rows(import *im, vv_error *err);
vv_status import_given(import *im, vv_error *err);
/* Reads the text of a JSON array after its last row. */
vv_status import_take_epilogue(import *im, vv_error *err);
/* Moves on in the window. */
void import_consume(import *im, size_t len);
/* Reports that `done` bytes were read. VV_ECANCELLED. */
vv_status import_progress(const import *im, uint64_t done, vv_error *err);
/* The line (from 1) of a place in the window or, in a file, anywhere before. */
vv_status import_line_of(import *im, uint64_t offset, uint64_t *out, vv_error *err);
/* Refused: the row that begins there is longer than VV_ROW_MAX. */
vv_status import_refuse_long_row(import *im, uint64_t offset, vv_error *err);
/* import_order.c: decides whether a table whose rows change their order in each version is stored in key order.
 *
 * An import in the file's order passes each group to it. If none of many consecutive groups is one of the previous
 * version, it compares a sample of their rows with a sample of that version: their sizes are such that 64 rows would be in
 * both if the file were shuffled, and hardly any otherwise. The decision depends only on both versions, never on
 * caches. */

typedef struct order_choice order_choice;
/* *out NULL: no choice (not requested, no previous version, no key, in key order already). opts and sink
 * are borrowed. */
vv_status order_choice_open(order_choice **out, const vv_import_options *opts, const vv_sink *sink,
			    vv_error *err);
void order_choice_close(order_choice *c); /* accepts NULL */
VV_AUTO_FREE(order_choice, order_choice_close)
/* The sink for the import's blocks. While the file's order may be abandoned the blocks are kept in memory, so that none of them
 * are stored in vain. */
const vv_sink *order_choice_sink(order_choice *c);
/* Ends the import with its result: stores the blocks kept back. */
vv_status order_choice_settle(order_choice *c, vv_error *err);
/* Is it decided that the import keeps the file's order? */
bool order_choice_is_over(const order_choice *c);

/* Reports that the next groups are those of the previous version. Accepts NULL. */
void order_choice_pass(order_choice *c);
/* Examines the next group. known: the previous version has it. VV_EREFUSED: the import must be given up, for the reason of
 * order_choice_saving. */
vv_status order_choice_look(order_choice *c, import *im, const group_job *j, bool known,
			    vv_error *err);

typedef struct order_saving {
	uint64_t in_file_order, in_key_order; /* bytes that such a version takes, about */
} order_saving;
/* The saving of key order, if it is chosen; NULL: the file's order stays. */
const order_saving *order_choice_saving(const order_choice *c);

/* import.c */

/* The previous version; NULL: the table is new. */
const vv_root *import_old_of(const import *im);
/* Passes the newest group to the pool, unless that was done. */
void import_hand_over(import *im);
/* Waits for the oldest group under way and puts it at the end of the lists. err NULL: it only
 * waits. */
vv_status import_collect(import *im, vv_error *err);
vv_status import_collect_all(import *im, vv_error *err);
vv_status import_append_group(import *im, const vv_scan_entry *e, const void *data, size_t data_len,
			      const void *layout, size_t layout_len, const void *facts,
			      size_t facts_len, uint64_t rows, vv_error *err);
/* The types of a group that is reused from another file. */
vv_status import_take_types(import *im, size_t index, vv_error *err);
/* vv_import without the root's block. sorting: NULL, or the state for key order. */
vv_status import_run(vv_import_result *out, const vv_source *source, const vv_sink *sink,
		     const vv_import_options *opts, import_sorting *sorting, vv_error *err);

/* import_sorted.c: in key order, if the options or the previous version require it, else in the file's. Without the root's
 * block. */

vv_status import_ordered(vv_import_result *out, const vv_source *source, const vv_sink *sink,
			 const vv_import_options *opts, vv_error *err);
/* The message behind "NAME: ". Borrowed from it. */
const char *import_without_name(const char *message, const char *name);

/* import_any.c: from the raw file to import_ordered: encoding, removed members */

vv_status import_text(vv_import_result *out, const vv_source *source, const vv_sink *sink,
		      const vv_import_options *opts, vv_error *err);

/* import_twice.c */

/* If results inferred from the previous version may be outdated, imports again reading all rows: for a pipe from the
 * version that was just made. */
vv_status import_twice(vv_import_result *out, const vv_source *source, const vv_sink *sink,
		       const vv_import_options *opts, vv_error *err);
/* For a table whose root is set. */
vv_status import_read_columns(vv_table *t, const char *name, vv_error *err);

/* --- a file in another encoding than UTF-8, imported as its text (import_encoded.c) --- */

/* *out NULL: the source is read without decoding. */
vv_status import_encoded_open(vv_file_text **out, const vv_source *source,
			      const vv_import_options *opts, vv_error *err);
/* After the import of the text: sets the file's properties in the root, and adds warnings. */
vv_status import_encoded_settle(vv_import_result *out, vv_file_text *t,
				const vv_import_options *opts, vv_error *err);

/* For a file that is no longer UTF-8: appends its probable encoding, three cells decoded in it, and the command to read
 * it so. *clear false: unclear, nothing is appended. The source is at its end afterwards. */
vv_status import_encoded_looks(bool *clear, vv_buf *warnings, const vv_source *source,
			       const vv_dialect *d, const vv_import_options *opts, vv_error *err);
/* Appends three cells as they would read in the encoding, if the source can be read again. The source is then at its end. */
vv_status import_encoded_shows(vv_buf *warnings, const vv_source *source, const char *name,
			       const vv_dialect *d, vv_error *err);

#endif
